import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthApi, type Answer } from "../fixtures/auth-api.fixture.js";

const FIELDS = "{ id name description builtIn permissions userCount version }";
const CREATE = `mutation ($input: RoleInput!) { createRole(input: $input) ${FIELDS} }`;
const UPDATE = `mutation ($id: ID!, $input: RoleInput!, $expectedVersion: Int) {
  updateRole(id: $id, input: $input, expectedVersion: $expectedVersion) ${FIELDS}
}`;
const DELETE = `mutation ($id: ID!) { deleteRole(id: $id) ${FIELDS} }`;
const ASSIGN = "mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }";
const UNASSIGN = ASSIGN.replaceAll("assignRole", "unassignRole");
const ADMIN = "01900000-0000-7000-8000-000000000001";
const USER = "01900000-0000-7000-8000-000000000002";

interface Role {
  id: string;
  name: string;
  permissions: string[];
  version: number;
}

describe("roles", () => {
  let api: AuthApi;
  let admin: Awaited<ReturnType<AuthApi["personWith"]>>;
  let manager: typeof admin;
  beforeAll(async () => {
    api = await AuthApi.start();
    admin = await api.personWith("*");
    manager = await api.personWith("roles:manage", "roles:assign", "users:read");
  });
  afterAll(() => api.stop());

  const input = (permissions: string[], name = newId()) => ({ name, permissions });
  const create = async (permissions: string[], name?: string) =>
    api.field<Role>(CREATE, { input: input(permissions, name) }, admin.claims);
  const extensionsOf = ({ errors }: Answer<unknown>) => errors?.[0]?.extensions;

  it("change for their holders at once: gateways are told of each, and auditors what changed", async () => {
    const role = await create(["users:read"]);
    const holder = await api.personWith();
    await api.field(ASSIGN, { userId: holder.id, roleId: role.id }, admin.claims);
    const changed = { name: `${role.name}!`, description: "now so", permissions: ["users:read:own", "audit:read"] };
    const after = await api.field<Role>(
      UPDATE,
      { id: role.id, input: changed, expectedVersion: role.version },
      admin.claims,
    );
    expect(after).toEqual({ id: role.id, builtIn: false, userCount: 1, version: role.version + 1, ...changed });
    expect(await api.lastChange()).toEqual({ kind: "user", subject_id: holder.id });
    expect(await api.lastEvent()).toMatchObject({
      action: "role.update",
      entity_type: "Role",
      entity_id: role.id,
      entity_version: after.version,
      changes: [
        { field: "name", before: role.name, after: changed.name },
        { field: "description", before: null, after: "now so" },
        { field: "permissions", before: ["users:read"], after: changed.permissions },
      ],
    });
  });

  it("of many holders have gateways forget everybody", async () => {
    const role = await create(["users:read"]);
    const holders = Array.from({ length: 101 }, () => ({ role_id: role.id, user_id: newId() }));
    await api.owner.run((query) => query("role_grant").insert(holders));
    await api.field(UPDATE, { id: role.id, input: input([]) }, admin.claims);
    expect(await api.lastChange()).toEqual({ kind: "everyone", subject_id: null });
  });

  it("change by one of two who saw the same version; the other is told the version that it has", async () => {
    const role = await create(["users:read"]);
    const update = (name: string) =>
      api.send(UPDATE, { id: role.id, input: input([], name), expectedVersion: role.version }, admin.claims);
    const answers = await Promise.all([update("one of two"), update("another of two")]);
    const refusals = answers.flatMap((answer) => extensionsOf(answer) ?? []);
    expect(refusals).toMatchObject([{ code: "CONFLICT", reason: "STALE_VERSION", currentVersion: role.version + 1 }]);
  });

  it("are given nothing, and lose nothing, that who changes them does not hold", async () => {
    const role = await create(["users:read", "users:erase"]);
    const change = (permissions: string[]) =>
      api.reason(UPDATE, { id: role.id, input: input(permissions) }, manager.claims);
    expect(await change(["users:read", "users:erase", "audit:read"])).toBe("PERMISSION_MISSING");
    expect(await change(["users:read"])).toBe("PERMISSION_MISSING");
    expect(await change(["*"])).toBe("PERMISSION_MISSING");
    expect(await change(["users:erase", "users:read:own"])).toBeUndefined();
    expect(await api.reason(DELETE, { id: role.id }, manager.claims)).toBe("PERMISSION_MISSING");
    expect(await api.reason(CREATE, { input: input(["users:erase"]) }, manager.claims)).toBe("PERMISSION_MISSING");
    const someone = { userId: manager.id, roleId: role.id };
    expect(await api.reason(ASSIGN, someone, manager.claims)).toBe("PERMISSION_MISSING");
    expect(await api.reason(UNASSIGN, someone, manager.claims)).toBe("PERMISSION_MISSING");
  });

  it("are not given by who looked at less than they hold by now", async () => {
    const role = await create(["users:read"]);
    const someone = await api.personWith();
    const answers = await Promise.all([
      api.send(UPDATE, { id: role.id, input: input(["users:read", "users:erase"]) }, admin.claims),
      api.send(ASSIGN, { userId: someone.id, roleId: role.id }, manager.claims),
    ]);
    expect(extensionsOf(answers[0])).toBeUndefined();
    // Whichever was first: refused, or given what it held then.
    expect([undefined, "PERMISSION_MISSING"]).toContain(extensionsOf(answers[1])?.reason);
    expect(await api.reason(ASSIGN, { userId: someone.id, roleId: role.id }, manager.claims)).toBe(
      "PERMISSION_MISSING",
    );
  });

  it("that are deleted are taken from their holders, and gateways told", async () => {
    const role = await create(["users:read"]);
    const holder = await api.personWith();
    await api.field(ASSIGN, { userId: holder.id, roleId: role.id }, admin.claims);
    expect(await api.field<Role>(DELETE, { id: role.id }, admin.claims)).toMatchObject({ id: role.id, userCount: 0 });
    expect(await api.lastChange()).toEqual({ kind: "user", subject_id: holder.id });
    expect(await api.owner.run((query) => query("role_grant").where({ role_id: role.id }))).toEqual([]);
    expect(await api.lastEvent()).toMatchObject({ action: "role.delete", entity_id: role.id, outcome: "success" });
    expect(await api.reason(DELETE, { id: role.id }, admin.claims)).toBe("ROLE_NOT_FOUND");
    expect(await api.reason(UPDATE, { id: role.id, input: input([]) }, admin.claims)).toBe("ROLE_NOT_FOUND");
  });

  it("are not given to who has been deleted: restored, they are an ordinary user", async () => {
    const role = await create(["users:read"]);
    const gone = await api.personWith();
    await api.owner.run((query) => query("account").where({ user_id: gone.id }).update({ status: "DELETED" }));
    const refused = await api.send(ASSIGN, { userId: gone.id, roleId: role.id }, admin.claims);
    expect(extensionsOf(refused)).toMatchObject({ code: "CONFLICT", reason: "USER_DELETED" });
    expect(await api.owner.run((query) => query("role_grant").where({ user_id: gone.id, role_id: role.id }))).toEqual(
      [],
    );
  });

  it("that are built in keep their name, and are not deleted; admin keeps all that it may do", async () => {
    const change = (id: string, name: string, permissions: string[]) =>
      api.reason(UPDATE, { id, input: { name, permissions, description: "d" } }, admin.claims);
    for (const id of [ADMIN, USER]) {
      expect(await api.reason(DELETE, { id }, admin.claims)).toBe("BUILT_IN_ROLE");
      expect(await change(id, "renamed", ["*"])).toBe("BUILT_IN_ROLE");
    }
    expect(await change(ADMIN, "admin", ["*", "users:read"])).toBe("BUILT_IN_ROLE");
    expect(await change(ADMIN, "admin", [])).toBe("BUILT_IN_ROLE");
    expect(await change(ADMIN, "admin", ["*"])).toBeUndefined();
    expect(await change(USER, "user", ["users:read:own"])).toBeUndefined();
  });

  it("have names that are told apart, and permissions that there are", async () => {
    const role = await create([], "Redaktion");
    const other = await create([]);
    for (const name of ["Redaktion", "REDAKTION"]) {
      expect(await api.reason(CREATE, { input: input([], name) }, admin.claims)).toBe("NAME_TAKEN");
      expect(await api.reason(UPDATE, { id: other.id, input: input([], name) }, admin.claims)).toBe("NAME_TAKEN");
    }
    expect(await api.reason(UPDATE, { id: role.id, input: input([], "redaktion") }, admin.claims)).toBeUndefined();
    expect(extensionsOf(await api.send(CREATE, { input: input([], "a\nb") }, admin.claims))).toMatchObject({
      reason: "INVALID_INPUT",
      fields: [{ path: "input.name" }],
    });
    const wrong = { input: input(["users:reed", "Product:fly", "Product:*"]) };
    expect(extensionsOf(await api.send(CREATE, wrong, admin.claims))).toMatchObject({
      reason: "INVALID_INPUT",
      fields: [
        { path: "input.permissions", message: '"users:reed" is not a permission; did you mean users:read?' },
        { path: "input.permissions", message: expect.stringContaining('"Product:fly"') as string },
      ],
    });
  });
});
