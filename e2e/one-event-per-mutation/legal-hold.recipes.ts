import { randomUUID } from "node:crypto";
import { invalid, notPermitted, type Cast, type Prepared, type Recipes } from "./recipe.js";

const PLACE = "mutation ($input: PlaceLegalHoldInput!) { placeAuditLegalHold(input: $input) { id } }";
/** Of an entity that there is none of: a person on hold could not be erased by others. */
const input = () => ({ entityId: randomUUID(), reason: "case 17" });

const managed = (cast: Cast): Pick<Prepared, "by" | "denied"> => ({ by: cast.admin, denied: notPermitted(cast) });

export const legalHoldRecipes: Recipes = {
  placeAuditLegalHold: (cast) => {
    const held = input();
    return Promise.resolve({
      ...managed(cast),
      variables: { input: held },
      selection: "{ id }",
      bad: [invalid({ input: { reason: held.reason } }), invalid({ input: { ...held, reason: "" } })],
      target: ({ id }) => ({ type: "AuditLegalHold", id, label: null }),
    });
  },
  liftAuditLegalHold: async (cast) => {
    const { placeAuditLegalHold } = await cast.admin.data<{ placeAuditLegalHold: { id: string } }>(PLACE, {
      input: input(),
    });
    const { id } = placeAuditLegalHold;
    return {
      ...managed(cast),
      variables: { id, reason: "case 17 is closed" },
      selection: "{ id }",
      bad: [
        { variables: { id: "none", reason: "case 17 is closed" }, reason: "LEGAL_HOLD_NOT_FOUND" },
        invalid({ id, reason: "" }),
      ],
      target: () => ({ type: "AuditLegalHold", id, label: null }),
    };
  },
};
