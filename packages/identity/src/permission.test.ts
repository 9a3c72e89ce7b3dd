import { describe, expect, it } from "vitest";
import { holds, scopeOf } from "./permission.js";

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
