import { describe, expect, it } from "vitest";
import { administrator, Client, register, signIn, unique } from "../harness/client.js";

const ME = "{ me { id status } }";
const STATUS = "query ($id: ID!) { user(id: $id) { status roles { name } sessions { id } } }";
/** Gateways hear of it within a second; DESIGN says 5. */
const WITHIN = { timeout: 5_000, interval: 100 };

describe("an administrator", () => {
  it("suspends a person, whose sessions end, and lets them back in", async () => {
    const [admin, person] = [await administrator(), await register("Sue")];
    await admin.data('mutation ($id: ID!) { suspendUser(id: $id, reason: "spam") { status } }', { id: person.id });
    await expect.poll(async () => (await person.send(ME)).errors?.[0]?.extensions.code, WITHIN).toBe("UNAUTHENTICATED");
    await expect(signIn(person.email, person.password)).rejects.toThrow("ACCOUNT_NOT_ACTIVE");
    await admin.data("mutation ($id: ID!) { reactivateUser(id: $id) { status } }", { id: person.id });
    const back = await signIn(person.email, person.password);
    expect(await back.data(ME)).toEqual({ me: { id: person.id, status: "ACTIVE" } });
    const { auditEvents } = await admin.data<{ auditEvents: { nodes: unknown[] } }>(
      `query ($id: ID!) { auditEvents(filter: { entityId: $id, actions: ["user.suspend", "user.reactivate"] }) {
        nodes { action outcome reason changes { field before after } } } }`,
      { id: person.id },
    );
    expect(auditEvents.nodes).toMatchObject([
      {
        action: "user.reactivate",
        outcome: "SUCCESS",
        changes: [{ field: "status", before: "SUSPENDED", after: "ACTIVE" }],
      },
      { action: "user.suspend", outcome: "SUCCESS", reason: "spam" },
    ]);
  });

  it("makes a person, who has the rights of an ordinary user and can't sign in before they have set a password", async () => {
    const admin = await administrator();
    const email = `made-${unique()}@example.com`;
    const { createUser } = await admin.data<{ createUser: { id: string } }>(
      'mutation ($email: String!) { createUser(input: { email: $email, firstName: "Mia", lastName: "Made" }) { id email displayName status } }',
      { email },
    );
    expect(createUser).toMatchObject({ email, displayName: "Mia Made", status: "ACTIVE" });
    expect(await admin.data(STATUS, { id: createUser.id })).toEqual({
      user: { status: "ACTIVE", roles: [{ name: "user" }], sessions: [] },
    });
    await expect(signIn(email, "no password at all")).rejects.toThrow("INVALID_CREDENTIALS");
    const again = await new Client().error(
      'mutation ($email: String!) { register(input: { email: $email, password: "correct zebra battery", firstName: "A", lastName: "B" }) { user { id } } }',
      { email: email.toUpperCase() },
    );
    expect(again.extensions.reason).toBe("EMAIL_TAKEN");
  });

  it("who is the last can't be suspended, deleted or erased, not by themselves either", async () => {
    const admin = await administrator();
    const { roles } = await admin.data<{ roles: { name: string; userCount: number }[] }>(
      "{ roles { name userCount } }",
    );
    expect(roles).toContainEqual({ name: "admin", userCount: 1 });
    for (const field of ['suspendUser(id: $id, reason: "x")', "deleteUser(id: $id)"]) {
      const refused = await admin.error(`mutation ($id: ID!) { ${field} { id } }`, { id: admin.id });
      expect(refused.extensions.reason).toBe("LAST_ADMINISTRATOR");
    }
    const refused = await admin.error('mutation ($id: ID!) { eraseUser(id: $id, reason: "x") { userId } }', {
      id: admin.id,
    });
    expect(refused.extensions.reason).toBe("LAST_ADMINISTRATOR");
    expect(await admin.data(ME)).toEqual({ me: { id: admin.id, status: "ACTIVE" } });
  });
});

it("a person deletes their own account: sessions and roles end, and an administrator can restore it", async () => {
  const [admin, person] = [await administrator(), await register("Dora")];
  expect(await person.data("mutation ($id: ID!) { deleteUser(id: $id) { status } }", { id: person.id })).toEqual({
    deleteUser: { status: "DELETED" },
  });
  await expect.poll(async () => (await person.send(ME)).errors?.[0]?.extensions.code, WITHIN).toBe("UNAUTHENTICATED");
  expect(await admin.data(STATUS, { id: person.id })).toEqual({ user: { status: "DELETED", roles: [], sessions: [] } });
  await admin.data("mutation ($id: ID!) { reactivateUser(id: $id) { id } }", { id: person.id });
  await signIn(person.email, person.password);
});
