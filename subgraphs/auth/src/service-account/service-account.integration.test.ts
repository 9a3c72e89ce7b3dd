import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ada, authServer, basic, claimsOf, type AuthServer, type Credentials } from "../oauth/auth-server.fixture.js";

const CREATE = `mutation ($input: ServiceAccountInput!) {
  createServiceAccount(input: $input) { clientId serviceAccount { permissions createdBy { id } lastUsedAt disabledAt } }
}`;
const ROTATE = `mutation ($id: ID!) { rotateServiceAccountSecret(id: $id) { clientId clientSecret } }`;
const DISABLE = `mutation ($id: ID!) { disableServiceAccount(id: $id) { id disabledAt lastUsedAt } }`;

describe("a service account", () => {
  let auth: AuthServer;
  beforeAll(async () => {
    auth = await authServer();
  });
  afterAll(() => auth.close());

  const gateway = { sub: "gateway", client: "service", roles: [], permissions: [] } as const;
  const tokenOf = async (account: Credentials) => {
    const { status, body } = await auth.post("/oauth/token", { grant_type: "client_credentials" }, basic(account));
    return { status, sid: status === 200 ? String(decodeJwt(String(body.access_token)).sid) : "" };
  };
  const isLive = async (sid: string) => (await auth.internal(`/sessions/${sid}`, gateway)).statusCode === 200;
  const reasonOf = async (...asked: Parameters<AuthServer["ask"]>) =>
    (await auth.ask(...asked)).errors?.[0]?.extensions.reason;

  it("is made by who holds all that it may do, in person, under a name of its own", async () => {
    const input = { name: "importer", permissions: ["users:read", "users:read"] };
    const manager = claimsOf("service-accounts:manage", "users:read");
    const { data } = await auth.ask(CREATE, { input }, manager);
    expect(data?.createServiceAccount?.serviceAccount).toEqual({
      permissions: ["users:read"],
      createdBy: { id: ada.id },
      lastUsedAt: null,
      disabledAt: null,
    });
    expect(await reasonOf(CREATE, { input }, manager)).toBe("NAME_TAKEN");
    const more = { input: { name: "more", permissions: ["users:delete"] } };
    expect(await reasonOf(CREATE, more, manager)).toBe("PERMISSION_MISSING");
    expect(await reasonOf(CREATE, more, claimsOf("users:delete"))).toBe("PERMISSION_MISSING");
    expect(await reasonOf(CREATE, more, { ...claimsOf("*"), client: "api_key" })).toBe("IN_PERSON_ONLY");
    const bad = { input: { name: "bad", permissions: ["not a permission"] } };
    expect(await reasonOf(CREATE, bad, claimsOf("*"))).toBe("INVALID_INPUT");
    const lookalike = { input: { name: "importer\u200b", permissions: ["users:read"] } };
    expect(await reasonOf(CREATE, lookalike, manager)).toBe("INVALID_INPUT");
  });

  it("has its secret nowhere in the database", async () => {
    const { clientSecret } = await auth.serviceAccount("hidden", []);
    const rows = await auth.owner.run((query) => query("service_account").select("*"));
    expect(JSON.stringify(rows)).not.toContain(clientSecret);
    expect(JSON.stringify(await auth.events("service-account.create"))).not.toContain(clientSecret);
  });

  it("loses its tokens with its secret; only who holds what it may do gets the new one", async () => {
    const account = await auth.serviceAccount("rotated", ["users:read"]);
    const { sid } = await tokenOf(account);
    expect(await isLive(sid)).toBe(true);
    const variables = { id: account.clientId };
    expect(await reasonOf(ROTATE, variables, claimsOf("service-accounts:manage"))).toBe("PERMISSION_MISSING");
    expect(await isLive(sid)).toBe(true);
    const { data } = await auth.ask(ROTATE, variables, claimsOf("*"));
    expect(await isLive(sid)).toBe(false);
    expect((await tokenOf(account)).status).toBe(401);
    expect((await tokenOf(data?.rotateServiceAccountSecret as Credentials)).status).toBe(200);
  });

  it("gets no token once it is disabled, and those it had end, as gateways are told", async () => {
    const account = await auth.serviceAccount("disabled", ["users:read"]);
    const { sid } = await tokenOf(account);
    const variables = { id: account.clientId };
    const { data } = await auth.ask(DISABLE, variables, claimsOf("service-accounts:manage"));
    expect(data?.disableServiceAccount).toMatchObject({
      disabledAt: expect.any(String) as string,
      lastUsedAt: expect.any(String) as string,
    });
    expect(await isLive(sid)).toBe(false);
    const change = await auth.owner.run((query) => query("session_change").orderBy("position", "desc").first<object>());
    expect(change).toMatchObject({ kind: "session", subject_id: sid });
    expect((await tokenOf(account)).status).toBe(401);
    expect(await reasonOf(ROTATE, variables, claimsOf("*"))).toBe("SERVICE_ACCOUNT_DISABLED");
    const again = await auth.ask(DISABLE, variables, claimsOf("*"));
    expect(again.data?.disableServiceAccount?.disabledAt).toBe(data?.disableServiceAccount?.disabledAt);
    const unknown = { id: "01990000-0000-7000-8000-000000000000" };
    expect(await reasonOf(DISABLE, unknown, claimsOf("*"))).toBe("SERVICE_ACCOUNT_NOT_FOUND");
    expect(await auth.events("service-account.disable")).toHaveLength(3);
  });

  it("reaches none of the paths that services keep for each other, also under a service's name", async () => {
    const account = await auth.serviceAccount("nosy", ["*"]);
    const { sid } = await tokenOf(account);
    const claims = { sub: account.clientId, sid, client: "service", roles: [], permissions: ["*"] } as const;
    for (const pretended of [claims, { ...claims, sub: "gateway" }, { ...gateway, sub: "console" }]) {
      expect((await auth.internal(`/sessions/${sid}`, pretended)).statusCode).toBe(403);
    }
  });

  it("can't do what takes a person", async () => {
    const account = await auth.serviceAccount("impersonal", ["*"]);
    const { sid } = await tokenOf(account);
    const claims = { sub: account.clientId, sid, client: "service", roles: [], permissions: ["*"] } as const;
    expect(await reasonOf(CREATE, { input: { name: "child", permissions: [] } }, claims)).toBe("IN_PERSON_ONLY");
    const [event] = (await auth.events("service-account.create")).slice(-1);
    expect(event).toMatchObject({
      outcome: "denied",
      actor_type: "service",
      actor_label: account.clientId,
      session_id: sid,
      user_id: null,
    });
  });

  it("ends its own token by logout", async () => {
    const account = await auth.serviceAccount("leaving", []);
    const { sid } = await tokenOf(account);
    const claims = { sub: account.clientId, sid, client: "service", roles: [], permissions: [] } as const;
    expect((await auth.ask("mutation { logout }", {}, claims)).errors).toBeUndefined();
    expect(await isLive(sid)).toBe(false);
    const [event] = (await auth.events("auth.logout")).slice(-1);
    expect(event).toMatchObject({ actor_label: account.clientId, entity_type: "ServiceAccount", session_id: sid });
  });

  it("has no sessions that people see, nor may end", async () => {
    const account = await auth.serviceAccount("unseen", ["*"]);
    const { sid } = await tokenOf(account);
    const revoke = "mutation ($id: ID!) { revokeSession(id: $id) { id } }";
    expect(await reasonOf(revoke, { id: sid }, claimsOf("*"))).toBe("SESSION_NOT_FOUND");
    expect(await isLive(sid)).toBe(true);
  });
});
