import { describe, expect, it } from "vitest";
import { knownPermissions } from "./permission-catalogue.js";
import { problemOfPermission } from "./permission-names.js";

describe("a permission that somebody is to be granted", () => {
  it("may be any of the catalogue, all actions of a resource, and everything", () => {
    for (const { name } of knownPermissions) expect(problemOfPermission(name), name).toBeUndefined();
    for (const name of ["*", "users:*", "users:*:own", "users:read:all"]) {
      expect(problemOfPermission(name), name).toBeUndefined();
    }
  });

  it("may be of an entity type that is not defined yet", () => {
    for (const name of ["Product:read", "Product:update:own", "Product:*", "Product:*:own"]) {
      expect(problemOfPermission(name), name).toBeUndefined();
    }
  });

  it.each([
    ["users:reed", "users:read"],
    ["user:read", "users:read"],
    ["entity-type:manage", "entity-types:manage"],
    ["users:suspend:own", "users:suspend"],
    ["Product:remove", "Product:create"],
    ["Product:create:own", "Product:create"],
    ["people:*", "roles:*"],
  ])("is refused when there is none of the name %s, and the nearest is named", (wrong, near) => {
    expect(problemOfPermission(wrong)).toBe(`"${wrong}" is not a permission; did you mean ${near}?`);
  });

  it.each(["", "users", "users:", ":read", "users:read:mine", "*:read", "users:read ", "Users read", "\u0000:read"])(
    "is refused when it has not the form of one: %j",
    (wrong) => {
      expect(problemOfPermission(wrong)).toBe(
        `${JSON.stringify(wrong)} is not resource:action, resource:action:own or *`,
      );
    },
  );
});
