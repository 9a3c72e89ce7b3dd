import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds, meet, scopeOf } from "./permission.js";

describe("a grant", () => {
  it("without a suffix reaches everybody's records, and so their owner's", () => {
    expect(holds(["users:update"], "users:update")).toBe(true);
    expect(holds(["users:update"], "users:update:own")).toBe(true);
    expect(holds(["users:update:all"], "users:update")).toBe(true);
  });

  it("of one's own reaches no further", () => {
    expect(holds(["users:update:own"], "users:update:own")).toBe(true);
    expect(holds(["users:update:own"], "users:update")).toBe(false);
    expect(scopeOf(["users:update:own"], "users", "update")).toBe("own");
  });

  it("of everything holds everything, and only it holds everything", () => {
    expect(holds(["*"], "*")).toBe(true);
    expect(holds(["*"], "Product:delete")).toBe(true);
    expect(holds(["Product:*", "users:read"], "*")).toBe(false);
  });

  it("of all actions on a type reaches no other type, not even one whose name begins alike", () => {
    expect(scopeOf(["Product:*"], "Product", "create")).toBe("all");
    expect(scopeOf(["Product:*"], "ProductGroup", "create")).toBe("none");
    expect(scopeOf(["Product:*:own"], "Product", "create")).toBe("own");
  });

  it("that is the widest of several counts", () => {
    expect(scopeOf(["Product:read:own", "Product:read"], "Product", "read")).toBe("all");
  });

  it("of nothing reaches nothing", () => {
    expect(scopeOf([], "Product", "read")).toBe("none");
  });
});

describe("what two lists of permissions have in common", () => {
  const permission = fc.oneof(
    fc.constant("*"),
    fc
      .tuple(
        fc.constantFrom("users", "Product", "ProductGroup"),
        fc.constantFrom("read", "update", "*"),
        fc.constantFrom("", ":own", ":all"),
      )
      .map(([resource, action, reach]) => `${resource}:${action}${reach}`),
  );
  const permissions = fc.array(permission, { maxLength: 5 });

  it("holds exactly what both hold", () => {
    fc.assert(
      fc.property(permissions, permissions, permission, (a, b, wanted) => {
        expect(holds(meet(a, b), wanted)).toBe(holds(a, wanted) && holds(b, wanted));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is the narrower of each part, though neither list names it", () => {
    expect(meet(["Product:*:own"], ["Product:read", "users:read"])).toEqual(["Product:read:own"]);
    expect(meet(["*"], ["users:read:own", "Product:*"])).toEqual(["users:read:own", "Product:*"]);
    expect(meet(["*"], ["*"])).toEqual(["*"]);
    expect(meet(["users:read"], ["Product:read"])).toEqual([]);
  });
});
