import { describe, expect, it } from "vitest";
import { referenceOf } from "./migration-order.js";
import { selectDown, selectUp } from "./selection.js";

const file = (reference: string, ...dependsOn: string[]) => {
  const [schema = "", number = ""] = reference.split("@");
  return { schema, number, name: `${number}-x`, dependsOn };
};
const ordered = [
  file("users@0001"),
  file("users@0002"),
  file("auth@0001", "users@0001"),
  file("auth@0002"),
  file("audit@0001", "auth@0002"),
];
type Up = Parameters<typeof selectUp>[1];
type Down = Parameters<typeof selectDown>[1];
const up = (selection: Up) => selectUp(ordered, selection).map(referenceOf);
const down = (selection: Down) => selectDown(ordered, selection).map(referenceOf);

describe("what up applies", () => {
  it("is everything, or a schema or a target with all that they depend on", () => {
    expect(up({})).toEqual(ordered.map(referenceOf));
    expect(up({ schema: "auth" })).toEqual(["users@0001", "auth@0001", "auth@0002"]);
    expect(up({ to: "auth@0001" })).toEqual(["users@0001", "auth@0001"]);
    expect(up({ schema: "auth", to: "0001" })).toEqual(["users@0001", "auth@0001"]);
    expect(up({ to: "audit@0001" })).toEqual(["users@0001", "auth@0001", "auth@0002", "audit@0001"]);
  });

  it.each([
    [{ schema: "orders" }, "There is no migration of a schema orders; there are users, auth, audit."],
    [{ to: "users@0009" }, "There is no migration users@0009 here"],
    [{ to: "0001" }, "There is no migration 0001 here"],
    [{ schema: "auth", to: "users@0001" }, "There is no migration users@0001 of auth here"],
  ])("is refused for %j", (selection, words) => {
    expect(() => up(selection)).toThrow(words);
  });
});

describe("what down reverts", () => {
  it("is the newest ones, of all or of a schema, or a schema's after a target", () => {
    expect(down({})).toEqual(["audit@0001"]);
    expect(down({ steps: 2 })).toEqual(["audit@0001", "auth@0002"]);
    expect(down({ steps: "all" })).toEqual(ordered.map(referenceOf).reverse());
    expect(down({ schema: "users" })).toEqual(["users@0002"]);
    expect(down({ to: "users@0001" })).toEqual(["users@0002"]);
    expect(down({ to: "users@0002" })).toEqual([]);
  });

  it("is nothing that one which stays depends on", () => {
    expect(() => down({ schema: "users", steps: 2 })).toThrow(
      "users/0001-x can't be reverted: auth/0001-x, which is applied, depends on it. Revert that first.",
    );
    expect(() => down({ schema: "auth", steps: "all" })).toThrow("auth/0002-x can't be reverted: audit/0001-x");
  });
});
