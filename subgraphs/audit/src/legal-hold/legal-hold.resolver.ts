import { Audited, Permits } from "@supergraph/subgraph";
import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { PlaceLegalHoldInput } from "./legal-hold.input.js";
import { AuditLegalHold } from "./legal-hold.type.js";

@Resolver(() => AuditLegalHold)
export class LegalHoldResolver {
  @Query(() => [AuditLegalHold], {
    description:
      "The legal holds in force, newest first; the log tells of those that were lifted. Takes audit:hold or audit:read.",
  })
  @Permits("audit:hold", "audit:read")
  auditLegalHolds(@Ctx() { legalHolds }: AuditContext): Promise<AuditLegalHold[]> {
    return legalHolds.list();
  }

  @Mutation(() => AuditLegalHold, {
    description:
      "Keeps what the audit log has of a person or an entity, and the person from being erased, until it is lifted. Takes audit:hold.",
  })
  @Audited({ action: "audit.hold", entityType: "AuditLegalHold" })
  @Permits("audit:hold")
  placeAuditLegalHold(
    @Arg("input", () => PlaceLegalHoldInput, { description: "Whom or what to hold." }) input: PlaceLegalHoldInput,
    @Ctx() { legalHolds }: AuditContext,
  ): Promise<AuditLegalHold> {
    return legalHolds.place(input);
  }

  @Mutation(() => AuditLegalHold, {
    description: "Lifts a legal hold: what is due then goes within the hour. Takes audit:hold.",
  })
  @Audited({ action: "audit.lift-hold", entityType: "AuditLegalHold", target: "id" })
  @Permits("audit:hold")
  liftAuditLegalHold(
    @Arg("id", () => ID, { description: "As `auditLegalHolds` lists it." }) id: string,
    @Arg("reason", { description: "1 to 500 characters. It stands in the audit log for good: no names." })
    reason: string,
    @Ctx() { legalHolds }: AuditContext,
  ): Promise<AuditLegalHold> {
    return legalHolds.lift(id, reason);
  }
}
