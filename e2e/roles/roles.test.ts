import { beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, endpoint, register, unique, type Person } from "../harness/client.js";

const WITHIN = { timeout: 5_000 };
const CREATE = "mutation ($input: RoleInput!) { createRole(input: $input) { id version } }";
const UPDATE = "mutation ($id: ID!, $input: RoleInput!) { updateRole(id: $id, input: $input) { id version } }";
const DELETE = "mutation ($id: ID!) { deleteRole(id: $id) { id } }";
const ASSIGN = "mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }";
const KEY = `mutation ($permissions: [String!]!) {
  createApiKey(input: { name: "k", permissions: $permissions }) { secret }
}`;

describe("roles", () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await administrator();
  });

  const name = () => `role ${unique()}`;
  const role = async (...permissions: string[]) =>
    (await admin.data<{ createRole: { id: string } }>(CREATE, { input: { name: name(), permissions } })).createRole.id;
  const holderOf = async (roleId: string, firstName: string) => {
    const person = await register(firstName);
    await admin.data(ASSIGN, { userId: person.id, roleId });
    return person;
  };
  const reasonOf = async (client: Client, query: string, variables: object = {}) =>
    (await client.send(query, variables as Record<string, unknown>)).errors?.[0]?.extensions.reason;

  it("that change are felt by their holders within 5 s, and so is their end", async () => {
    const roleId = await role();
    const person = await holderOf(roleId, "Rosa");
    const mayRead = async () => (await reasonOf(person, "{ users(first: 1) { nodes { id } } }")) === undefined;
    expect(await mayRead()).toBe(false);
    await admin.data(UPDATE, { id: roleId, input: { name: name(), permissions: ["users:read"] } });
    await expect.poll(mayRead, WITHIN).toBe(true);
    const can = () =>
      person.data<{ can: boolean }>(`{ can(userId: "${person.id}", permission: "users:read") }`).then(({ can }) => can);
    expect(await can()).toBe(true);
    await admin.data(DELETE, { id: roleId });
    await expect.poll(mayRead, WITHIN).toBe(false);
    expect(await can()).toBe(false);
  });

  it("give nobody what who gives them does not hold: not made, changed or assigned, and not by an API key", async () => {
    const managing = await role("roles:manage", "roles:assign", "users:read");
    const manager = await holderOf(managing, "Mona");
    const [mine, more] = [await role("users:read"), await role("users:erase")];
    await expect.poll(() => reasonOf(manager, ASSIGN, { userId: manager.id, roleId: mine }), WITHIN).toBeUndefined();

    const secret = (
      await manager.data<{ createApiKey: { secret: string } }>(KEY, { permissions: ["roles:manage", "roles:assign"] })
    ).createApiKey.secret;
    for (const client of [manager, new Client(endpoint(), secret)]) {
      for (const permission of ["users:erase", "*", "Product:read"]) {
        const input = { name: name(), permissions: [permission] };
        expect(await reasonOf(client, CREATE, { input }), permission).toBe("PERMISSION_MISSING");
        expect(await reasonOf(client, UPDATE, { id: mine, input }), permission).toBe("PERMISSION_MISSING");
      }
      expect(await reasonOf(client, ASSIGN, { userId: manager.id, roleId: more })).toBe("PERMISSION_MISSING");
      expect(await reasonOf(client, DELETE, { id: more })).toBe("PERMISSION_MISSING");
    }
    expect(await reasonOf(manager, KEY, { permissions: ["users:erase"] })).toBe("PERMISSION_MISSING");
    // The key may do less than its owner: what it was not given, it does not give.
    const withKey = new Client(endpoint(), secret);
    expect(await reasonOf(withKey, ASSIGN, { userId: manager.id, roleId: mine })).toBe("PERMISSION_MISSING");
  });

  it("are listed with what can be granted, entity types' included", async () => {
    const typeName = `Granted${unique()}`;
    await admin.data("mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }", {
      input: { name: typeName, fields: [{ name: "title", kind: "STRING" }] },
    });
    const names = async () => {
      const { permissions } = await admin.data<{ permissions: { name: string }[] }>("{ permissions { name } }");
      return permissions.map((permission) => permission.name);
    };
    await expect
      .poll(names, { timeout: 15_000 })
      .toEqual(expect.arrayContaining(["*", "users:read", `${typeName}:read`, `${typeName}:update:own`]));
  });
});
