import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, endpoint, register, signIn, type Person } from "../harness/client.js";
import { startReplicas, type Replicas } from "../harness/replicas.js";

const WITHIN = { timeout: 5_000 };

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
    const mayAtAll = () =>
      Promise.all(
        gateways.map(async (url) => {
          const { errors } = await new Client(url, person.accessToken).send(
            "{ auditEvents(first: 1) { nodes { id } } }",
          );
          return errors === undefined;
        }),
      );
    const change = (field: string) =>
      adminElsewhere.data(
        `mutation ($userId: ID!, $roleId: ID!) { ${field}(userId: $userId, roleId: $roleId) { id } }`,
        role,
      );
    expect(await mayAtAll()).toEqual([false, false]);
    await change("assignRole");
    await expect.poll(mayAtAll, WITHIN).toEqual([true, true]);
    await change("unassignRole");
    await expect.poll(mayAtAll, WITHIN).toEqual([false, false]);
  });
});
