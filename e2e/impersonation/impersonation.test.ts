import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, endpoint, personWithRole, register, unique, type Person } from "../harness/client.js";
import { ownerDatabaseUrl } from "../harness/replicas.js";

const WITHIN = { timeout: 5_000 };
const IMPERSONATE = `mutation ($userId: ID!, $reason: String! = "ticket 4711", $minutes: Int! = 15) {
  impersonate(userId: $userId, reason: $reason, minutes: $minutes) {
    tokens { accessToken expiresIn } session { id impersonator { id } } } }`;
const ROLE = "mutation ($input: RoleInput!) { createRole(input: $input) { id } }";
const UNASSIGN = "mutation ($userId: ID!, $roleId: ID!) { unassignRole(userId: $userId, roleId: $roleId) { id } }";
const EVENTS = `query ($filter: AuditEventFilter!) { auditEvents(filter: $filter, first: 10) {
  nodes { action reason metadata actor { user { displayName } impersonator { displayName } } target { id } } } }`;

interface Impersonation {
  impersonate: {
    tokens: { accessToken: string; expiresIn: number };
    session: { id: string; impersonator: { id: string } };
  };
}

interface Events {
  auditEvents: {
    nodes: {
      action: string;
      reason: string | null;
      metadata: object | null;
      actor: { user: { displayName: string } | null; impersonator: { displayName: string } | null };
      target: { id: string } | null;
    }[];
  };
}

let admin: Person;
let person: Person;
/** May impersonate, and else no more than anybody. */
let support: Person;
let supportRole: string;
beforeAll(async () => {
  admin = await administrator();
  const name = `support-${unique()}`;
  const { createRole } = await admin.data<{ createRole: { id: string } }>(ROLE, {
    input: { name, permissions: ["users:impersonate"] },
  });
  supportRole = createRole.id;
  [person, support] = await Promise.all([register("Paula"), personWithRole(name, admin)]);
});

/** A client that is the person, for this other one. */
async function impersonate(by: Client, of: { id: string }, minutes = 15) {
  const { impersonate } = await by.data<Impersonation>(IMPERSONATE, { userId: of.id, minutes });
  return Object.assign(new Client(endpoint(), impersonate.tokens.accessToken), {
    sessionId: impersonate.session.id,
    expiresIn: impersonate.tokens.expiresIn,
  });
}
const reason = async (client: Client, query: string, variables?: Record<string, unknown>) =>
  (await client.send(query, variables)).errors?.[0]?.extensions.reason;
const refusalOf = (client: Client) => reason(client, "{ me { id } }");

describe("who impersonates a person", () => {
  it("sees what they see, and every event of it names both", async () => {
    const asPerson = await impersonate(support, person, 10);
    expect(asPerson.expiresIn).toBeLessThanOrEqual(600);
    expect(await asPerson.data("{ me { id email } }")).toEqual({ me: { id: person.id, email: person.email } });
    await asPerson.data('mutation ($id: ID!) { updateUser(id: $id, input: { displayName: "Paula P." }) { id } }', {
      id: person.id,
    });
    await asPerson.error("{ users { nodes { id } } }");

    const { auditEvents: its } = await admin.data<Events>(EVENTS, { filter: { sessionId: asPerson.sessionId } });
    expect(its.nodes.map(({ action }) => action)).toEqual(["impersonation.read", "user.update", "impersonation.read"]);
    for (const { actor } of its.nodes) {
      expect(actor).toEqual({ user: { displayName: "Paula P." }, impersonator: { displayName: "Rolf Example" } });
    }
    const { auditEvents } = await admin.data<Events>(EVENTS, {
      filter: { userId: support.id, actions: ["user.impersonate"] },
    });
    expect(auditEvents.nodes[0]).toMatchObject({
      reason: "ticket 4711",
      metadata: { minutes: 10, sessionId: asPerson.sessionId },
      actor: { user: { displayName: "Rolf Example" }, impersonator: null },
      target: { id: person.id },
    });
  });

  it("leaves an event for each query that they ask, of any service and of types that are defined, once for its field", async () => {
    const suffix = unique();
    const [name, one] = [`Seen${suffix}`, `seen${suffix}`];
    const fields = [
      { name: "label", kind: "STRING" },
      { name: "owner", kind: "REFERENCE", target: "User" },
    ];
    const define = "mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }";
    await admin.data(define, { input: { name, fields } });
    const { made } = await admin.data<{ made: { id: string } }>(
      `mutation ($owner: ID!) { made: create${name}(input: { label: "it", owner: $owner }) { id } }`,
      { owner: person.id },
    );
    const reader = `reader ${unique()}`;
    const permissions = ["users:read", "sessions:read", "roles:read", `${name}:read`];
    await admin.data(ROLE, { input: { name: reader, permissions } });
    const asReader = await impersonate(admin, await personWithRole(reader, admin));
    const query = `query ($id: ID!, $user: ID!) {
      me { id } again: me { email roles { name } } user(id: $user) { id email }
      apiKeys { id } passwordPolicy { minimumBytes } entity(id: $id) { id }
      alias: ${one}(id: $id) { label owner { displayName sessions { id } } } __schema { queryType { name } } }`;
    await asReader.data(query, { id: made.id, user: person.id });
    const { auditEvents } = await admin.data<Events>(EVENTS, { filter: { sessionId: asReader.sessionId } });
    expect(new Set(auditEvents.nodes.map(({ action }) => action))).toEqual(new Set(["impersonation.read"]));
    const read = auditEvents.nodes.map(({ metadata, target }) => ({ ...metadata, id: target?.id }));
    expect(read).toHaveLength(6);
    expect(read).toEqual(
      expect.arrayContaining([
        { field: "me" },
        { field: "user", id: person.id },
        { field: "apiKeys" },
        { field: "passwordPolicy" },
        { field: "entity", id: made.id },
        { field: one, id: made.id },
      ]),
    );
  });

  it("goes on as who they are in the operation that begins it", async () => {
    // Another's address is not theirs to read, though the session that they have just opened may.
    const { path, extensions } = await support.error(
      `mutation ($userId: ID!) { impersonate(userId: $userId, reason: "who am I") { user { id email } } }`,
      { userId: person.id },
    );
    expect({ path, reason: extensions.reason }).toEqual({
      path: ["impersonate", "user", "email"],
      reason: "PERMISSION_MISSING",
    });
  });

  it("changes nothing of who the person is, ends nothing of theirs and takes nothing along", async () => {
    const asPerson = await impersonate(admin, person);
    const { id, password, sessionId } = person;
    const { apiKey } = await person
      .data<{ createApiKey: { apiKey: { id: string } } }>(
        'mutation { createApiKey(input: { name: "k", permissions: ["users:read:own"] }) { apiKey { id } } }',
      )
      .then(({ createApiKey }) => createApiKey);
    const operations: [string, Record<string, unknown>?][] = [
      ["mutation { startTotpEnrollment { secret } }"],
      ['mutation { confirmTotpEnrollment(otp: "000000") }'],
      ['mutation ($password: String!) { disableTotp(password: $password, otp: "000000") }', { password }],
      ['mutation { regenerateRecoveryCodes(otp: "000000") }'],
      ['mutation { createApiKey(input: { name: "k", permissions: ["users:read:own"] }) { secret } }'],
      ["mutation ($id: ID!) { revokeApiKey(id: $id) { id } }", { id: apiKey.id }],
      [
        'mutation ($password: String!) { changePassword(currentPassword: $password, newPassword: "quite another word") }',
        { password },
      ],
      ["mutation { requestEmailVerification }"],
      ["mutation { logoutEverywhere }"],
      ["mutation ($id: ID!) { revokeSession(id: $id) { id } }", { id: sessionId }],
      ["mutation ($id: ID!) { deleteUser(id: $id) { id } }", { id }],
      ["mutation ($id: ID!) { exportUserData(id: $id) }", { id }],
    ];
    for (const [operation, variables] of operations)
      expect(await reason(asPerson, operation, variables), operation).toBe("IN_PERSON_ONLY");
    expect(await refusalOf(person)).toBeUndefined();
  });

  it("can't go on from there to impersonate the next", async () => {
    const asSupport = await impersonate(admin, support);
    expect(await reason(asSupport, IMPERSONATE, { userId: person.id })).toBe("IN_PERSON_ONLY");
  });

  it("can't be oneself, nor impersonate who holds more", async () => {
    expect(await reason(support, IMPERSONATE, { userId: support.id })).toBe("INVALID_INPUT");
    expect(await reason(support, IMPERSONATE, { userId: admin.id })).toBe("PERMISSION_MISSING");
    expect(await reason(person, IMPERSONATE, { userId: support.id })).toBe("PERMISSION_MISSING");
  });

  it("is out within 5 s of the time that was set, whatever their token says", async () => {
    const asPerson = await impersonate(support, person, 1);
    expect(asPerson.expiresIn).toBeLessThanOrEqual(60);
    const database = new pg.Client({ connectionString: await ownerDatabaseUrl() });
    await database.connect();
    await database.query("update auth.session set expires_at = now() + interval '2 seconds' where id = $1", [
      asPerson.sessionId,
    ]);
    await database.end();
    await expect.poll(() => refusalOf(asPerson), { timeout: 7_000 }).toBe("SESSION_ENDED");
  });

  it("is seen among the person's sessions, and out within 5 s of their ending it", async () => {
    const asPerson = await impersonate(support, person);
    expect(await refusalOf(asPerson)).toBeUndefined();
    const { me } = await person.data<{ me: { sessions: { id: string; impersonator: object | null }[] } }>(
      "{ me { sessions { id impersonator { displayName } } } }",
    );
    expect(me.sessions).toContainEqual({ id: asPerson.sessionId, impersonator: { displayName: "Rolf Example" } });
    expect(me.sessions).toContainEqual({ id: person.sessionId, impersonator: null });
    await person.data("mutation ($id: ID!) { revokeSession(id: $id) { id } }", { id: asPerson.sessionId });
    await expect.poll(() => refusalOf(asPerson), WITHIN).toBe("SESSION_ENDED");
  });

  it("is out within 5 s of losing the permission for it", async () => {
    const asPerson = await impersonate(support, person);
    expect(await refusalOf(asPerson)).toBeUndefined();
    await admin.data(UNASSIGN, { userId: support.id, roleId: supportRole });
    await expect.poll(() => refusalOf(asPerson), WITHIN).toBe("SESSION_ENDED");
  });
});
