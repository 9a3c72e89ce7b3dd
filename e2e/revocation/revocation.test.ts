import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, endpoint, register, signIn, unique, type Person } from "../harness/client.js";
import { startReplicas, type Replicas } from "../harness/replicas.js";

const WITHIN = { timeout: 5_000 };
const REFRESH = "mutation ($token: String!) { refreshSession(refreshToken: $token) { session { id } } }";

/** What a gateway says to who holds the token: nothing, or why not. */
async function refusalAt(url: string, accessToken: string | undefined): Promise<string | undefined> {
  const { errors } = await new Client(url, accessToken).send("{ me { id } }");
  return errors?.[0]?.extensions.reason;
}

describe("with two gateways, each asking an auth service of its own", () => {
  let replicas: Replicas;
  let admin: Person;
  /** The administrator at the other gateway, whose changes go through the other auth service. */
  let adminElsewhere: Client;
  let gateways: string[];
  beforeAll(async () => {
    replicas = await startReplicas();
    gateways = [endpoint(), replicas.endpoint];
    admin = await administrator();
    adminElsewhere = new Client(replicas.endpoint, admin.accessToken);
  });
  afterAll(() => replicas.stop());

  /** Both gateways know the session, and remember it. */
  const knownToBoth = async (person: Person) => {
    for (const url of gateways) expect(await refusalAt(url, person.accessToken)).toBeUndefined();
  };
  /** Whether each gateway lets them read the audit log. */
  const mayReadLog = (person: Person) =>
    Promise.all(
      gateways.map(async (url) => {
        const { errors } = await new Client(url, person.accessToken).send("{ auditEvents(first: 1) { nodes { id } } }");
        return errors === undefined;
      }),
    );
  const refusedByBoth = async (person: Person, reason: string) => {
    for (const url of gateways) await expect.poll(() => refusalAt(url, person.accessToken), WITHIN).toBe(reason);
  };

  it("a session that was revoked through one has ended at both within 5 s", async () => {
    const person = await register("Rita");
    await knownToBoth(person);
    await adminElsewhere.data("mutation ($id: ID!) { revokeSession(id: $id) { id } }", { id: person.sessionId });
    await refusedByBoth(person, "SESSION_ENDED");
  });

  it("who signs out everywhere at one is signed out at both within 5 s", async () => {
    const phone = await register("Lena");
    const laptop = await signIn(phone.email, phone.password, replicas.endpoint);
    await Promise.all([knownToBoth(phone), knownToBoth(laptop)]);
    expect(await laptop.data("mutation { logoutEverywhere }")).toEqual({ logoutEverywhere: 2 });
    await Promise.all([refusedByBoth(phone, "SESSION_ENDED"), refusedByBoth(laptop, "SESSION_ENDED")]);
  });

  it("an API key that was revoked through one has ended at both within 5 s", async () => {
    const person = await register("Karl");
    const { createApiKey } = await person.data<{ createApiKey: { secret: string; apiKey: { id: string } } }>(
      `mutation { createApiKey(input: { name: "k", permissions: ["users:read:own"] }) { secret apiKey { id } } }`,
    );
    const { secret, apiKey } = createApiKey;
    for (const url of gateways) expect(await refusalAt(url, secret)).toBeUndefined();
    await adminElsewhere.data("mutation ($id: ID!) { revokeApiKey(id: $id) { id } }", { id: apiKey.id });
    for (const url of gateways) await expect.poll(() => refusalAt(url, secret), WITHIN).toBe("API_KEY_INVALID");
  });

  it("a role that was given, and taken away, through one counts at both within 5 s", async () => {
    const person = await register("Rolf");
    await knownToBoth(person);
    const { roles } = await admin.data<{ roles: { id: string; name: string }[] }>("{ roles { id name } }");
    const role = { userId: person.id, roleId: roles.find(({ name }) => name === "auditor")?.id };
    const change = (field: string) =>
      adminElsewhere.data(
        `mutation ($userId: ID!, $roleId: ID!) { ${field}(userId: $userId, roleId: $roleId) { id } }`,
        role,
      );
    expect(await mayReadLog(person)).toEqual([false, false]);
    await change("assignRole");
    await expect.poll(() => mayReadLog(person), WITHIN).toEqual([true, true]);
    await change("unassignRole");
    await expect.poll(() => mayReadLog(person), WITHIN).toEqual([false, false]);
  });

  it("a permission that a role lost through one is lost at both within 5 s", async () => {
    const person = await register("Petra");
    const input = { name: `reads the log ${unique()}`, permissions: ["audit:read"] };
    const { createRole: role } = await admin.data<{ createRole: { id: string } }>(
      "mutation ($input: RoleInput!) { createRole(input: $input) { id } }",
      { input },
    );
    await admin.data("mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }", {
      userId: person.id,
      roleId: role.id,
    });
    await expect.poll(() => mayReadLog(person), WITHIN).toEqual([true, true]);
    await adminElsewhere.data("mutation ($id: ID!, $input: RoleInput!) { updateRole(id: $id, input: $input) { id } }", {
      id: role.id,
      input: { ...input, permissions: [] },
    });
    await expect.poll(() => mayReadLog(person), WITHIN).toEqual([false, false]);
  });

  it.each([
    ["suspended", 'mutation ($id: ID!) { suspendUser(id: $id, reason: "a test") { id } }'],
    ["deleted", "mutation ($id: ID!) { deleteUser(id: $id) { id } }"],
  ])("a person who was %s through one is refused by both within 5 s, and can't refresh", async (_, change) => {
    const person = await register("Susi");
    await knownToBoth(person);
    await adminElsewhere.data(change, { id: person.id });
    await refusedByBoth(person, "SESSION_ENDED");
    for (const url of gateways) {
      const { extensions } = await new Client(url).error(REFRESH, { token: person.refreshToken });
      expect(extensions.reason).toBe("REFRESH_TOKEN_INVALID");
    }
  });

  it("a gateway that is cut off from the feed for 30 s answers 503, and recovers by itself, trusting nothing of before", async () => {
    const [leaver, stayer] = [await register("Lars"), await register("Stella")];
    await Promise.all([knownToBoth(leaver), knownToBoth(stayer)]);
    replicas.auth.kill("SIGSTOP");
    try {
      await leaver.data("mutation { logout }");
      await expect
        .poll(() => refusalAt(replicas.endpoint, stayer.accessToken), { timeout: 40_000, interval: 500 })
        .toBe("SERVICE_OUT_OF_REACH");
      expect((await new Client(replicas.endpoint, leaver.accessToken).send("{ me { id } }")).status).toBe(503);
      expect((await new Client(replicas.endpoint).send("{ __typename }")).status).toBe(200);
      expect((await fetch(`${replicas.origin}/health/ready`)).status).toBe(503);
      expect(await refusalAt(endpoint(), stayer.accessToken)).toBeUndefined();
    } finally {
      replicas.auth.kill("SIGCONT");
    }
    const firstAnswer = async (person: Person) => {
      let reason: string | undefined;
      await expect
        .poll(async () => (reason = await refusalAt(replicas.endpoint, person.accessToken)), { timeout: 20_000 })
        .not.toBe("SERVICE_OUT_OF_REACH");
      return reason;
    };
    expect(await firstAnswer(leaver)).toBe("SESSION_ENDED");
    expect(await firstAnswer(stayer)).toBeUndefined();
  }, 90_000);
});
