import { describe, expect, it } from "vitest";
import { administrator, register } from "../harness/client.js";

describe("an ordinary user", () => {
  it("sees another's name, but not their e-mail, settings, roles or sessions", async () => {
    const [one, other] = [await register("One"), await register("Other")];
    const { data, errors } = await one.send<{ user: object }>(
      "query ($id: ID!) { user(id: $id) { displayName email settings roles { name } permissions sessions { id } } }",
      { id: other.id },
    );
    expect(data?.user).toEqual({
      displayName: "Other Example",
      email: null,
      settings: null,
      roles: null,
      permissions: null,
      sessions: null,
    });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(5).fill("FORBIDDEN"));
  });

  it("changes their own record and nobody else's", async () => {
    const [one, other] = [await register("One"), await register("Other")];
    const update =
      'mutation ($id: ID!) { updateUser(id: $id, input: { profile: { bio: "hello" } }) { profile { bio } } }';
    expect(await one.data(update, { id: one.id })).toEqual({ updateUser: { profile: { bio: "hello" } } });
    expect((await one.error(update, { id: other.id })).extensions.code).toBe("FORBIDDEN");
  });

  it("can't give themselves a role", async () => {
    const [one, admin] = [await register("One"), await administrator()];
    const { roles } = await admin.data<{ roles: { id: string; name: string }[] }>("{ roles { id name } }");
    const refused = await one.error(
      "mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }",
      {
        userId: one.id,
        roleId: roles.find(({ name }) => name === "admin")?.id,
      },
    );
    expect(refused.extensions.code).toBe("FORBIDDEN");
  });

  it("can't end another's session", async () => {
    const [one, other] = [await register("One"), await register("Other")];
    const refused = await one.error("mutation ($id: ID!) { revokeSession(id: $id) { id } }", { id: other.sessionId });
    expect(refused.extensions.code).toBe("NOT_FOUND");
    expect(await other.data("{ me { id } }")).toEqual({ me: { id: other.id } });
  });
});

describe("the last administrator", () => {
  it("can't be stripped of the role", async () => {
    const admin = await administrator();
    const { roles } = await admin.data<{ roles: { id: string; name: string; userCount: number }[] }>(
      "{ roles { id name userCount } }",
    );
    const role = roles.find(({ name }) => name === "admin");
    expect(role?.userCount).toBe(1);
    const refused = await admin.error(
      "mutation ($userId: ID!, $roleId: ID!) { unassignRole(userId: $userId, roleId: $roleId) { id } }",
      {
        userId: admin.id,
        roleId: role?.id,
      },
    );
    expect(refused.extensions).toMatchObject({ code: "CONFLICT", reason: "LAST_ADMINISTRATOR" });
  });
});
