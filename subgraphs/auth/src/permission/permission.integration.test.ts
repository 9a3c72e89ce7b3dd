import { builtInRoles, entityPermissions, knownPermissions, type Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import type { ServiceCaller } from "@supergraph/service";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthApi, type Answer } from "../fixtures/auth-api.fixture.js";
import { EntityTypes } from "./entity-types.js";

const LIST = "{ permissions { name description resource action } }";
const CAN = "query ($userId: ID!, $permission: String!) { can(userId: $userId, permission: $permission) }";

const answerOf = (status: number, names: string[]): ReturnType<ServiceCaller> =>
  Promise.resolve({ status, headers: {}, body: JSON.stringify({ names }) });
const extensionsOf = ({ errors }: Answer<unknown>) => errors?.[0]?.extensions;

describe("permissions", () => {
  let api: AuthApi;
  let dynamic: () => ReturnType<ServiceCaller>;
  beforeAll(async () => {
    api = await AuthApi.start(() => dynamic());
  });
  beforeEach(() => {
    dynamic = () => answerOf(200, ["Product"]);
  });
  afterAll(() => api.stop());

  it("are listed with those of entity types, for who may read roles; without dynamic there is no list", async () => {
    const { claims } = await api.personWith("roles:read");
    dynamic = () => answerOf(503, []);
    expect(extensionsOf(await api.send(LIST, {}, claims))).toMatchObject({ reason: "SERVICE_OUT_OF_REACH" });
    dynamic = () => answerOf(200, ["Product"]);
    const { data } = await api.send<{ permissions: object[] }>(LIST, {}, claims);
    expect(data?.permissions).toEqual([...knownPermissions, ...entityPermissions("Product")]);
    const { claims: stranger } = await api.personWith();
    expect(await api.reason(LIST, {}, stranger)).toBe("PERMISSION_MISSING");
  });

  it("of entity types are asked for once in a while, and anew after a failure", async () => {
    let asked = 0;
    const entityTypes = new EntityTypes(() => answerOf(++asked === 1 ? 500 : 200, ["Order"]));
    await expect(entityTypes.names()).rejects.toMatchObject({ reason: "SERVICE_OUT_OF_REACH" });
    expect(await Promise.all([entityTypes.names(), entityTypes.names()])).toEqual([["Order"], ["Order"]]);
    expect(await entityTypes.names()).toEqual(["Order"]);
    expect(asked).toBe(2);
  });

  it("are told of oneself, and of anybody to who may read roles", async () => {
    const [one, reader] = [await api.personWith("users:read", "Product:*"), await api.personWith("roles:read")];
    const can = async (permission: string, caller: Claims = reader.claims, userId = one.id) =>
      api.send<{ can: boolean }>(CAN, { userId, permission }, caller);
    for (const [permission, expected] of [
      ["users:read", true],
      ["users:read:own", true],
      ["Product:delete", true],
      ["Product:*", true],
      ["users:update", false],
      ["*", false],
      ["Order:read", false],
      ["nothing:like-it", false],
    ] as const) {
      expect((await can(permission)).data, permission).toEqual({ can: expected });
      expect((await can(permission, one.claims)).data, permission).toEqual({ can: expected });
    }
    expect(extensionsOf(await can("users:read", one.claims, reader.id))).toMatchObject({
      reason: "PERMISSION_MISSING",
    });
    expect(extensionsOf(await can("users:read", reader.claims, newId()))).toMatchObject({ reason: "USER_NOT_FOUND" });
    expect(extensionsOf(await can("may they?"))).toMatchObject({
      reason: "INVALID_INPUT",
      fields: [{ path: "permission" }],
    });
  });

  it("that don't exist nobody holds, and somebody who is suspended holds none", async () => {
    const admin = await api.personWith("*");
    const can = async (permission: string) =>
      (await api.send<{ can: boolean }>(CAN, { userId: admin.id, permission }, admin.claims)).data?.can;
    expect(await can("*")).toBe(true);
    expect(await can("nothing:like-it")).toBe(false);
    await api.owner.run((query) => query("account").where({ user_id: admin.id }).update({ status: "SUSPENDED" }));
    expect(await can("users:read")).toBe(false);
  });

  it("of the built-in roles are those that the catalogue says", async () => {
    const rows = await api.owner.run((query) =>
      query("role")
        .where({ built_in: true })
        .select<{ name: string; description: string; permissions: string[] }[]>("*"),
    );
    const inOrder = (permissions: readonly string[]) => permissions.toSorted();
    expect(rows.map(({ name, description, permissions }) => [name, description, inOrder(permissions)]).sort()).toEqual(
      Object.entries(builtInRoles)
        .map(([name, { description, permissions }]) => [name, description, inOrder(permissions)])
        .sort(),
    );
  });
});
