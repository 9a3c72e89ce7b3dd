import { hashOfApiKey, newApiKey, type Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthApi, type Answer } from "../fixtures/auth-api.fixture.js";

const CREATE = `mutation ($input: ApiKeyInput!) {
  createApiKey(input: $input) { secret apiKey { id name prefix permissions expiresAt revokedAt lastUsedAt owner { id } } }
}`;

const reasonOf = ({ errors }: Answer<unknown>) => errors?.[0]?.extensions.reason;

interface Created {
  secret: string;
  apiKey: { id: string; prefix: string };
}

describe("API keys", () => {
  let api: AuthApi;
  beforeAll(async () => {
    api = await AuthApi.start();
  });
  afterAll(() => api.stop());

  const create = async (claims: Claims, input: object = {}) => {
    const variables = { input: { name: "CI", permissions: claims.permissions, ...input } };
    return api.send<{ createApiKey: Created }>(CREATE, variables, claims);
  };
  const created = async (claims: Claims, input: object = {}): Promise<Created> => {
    const { data, errors } = await create(claims, input);
    if (!data) throw new Error(JSON.stringify(errors));
    return data.createApiKey;
  };
  const claimsOf = async (key: string): Promise<Claims | undefined> => {
    const response = await api.internal("api-keys/claims", { secretHash: hashOfApiKey(key).toString("base64url") });
    return response.statusCode === 404 ? undefined : response.json<Claims>();
  };

  it("are shown once, and stand in the database as a hash alone", async () => {
    const { claims } = await api.personWith("users:read");
    const { secret: key, apiKey } = await created(claims);
    expect(key.startsWith(apiKey.prefix)).toBe(true);
    const tables = await api.owner.run((query) =>
      query("information_schema.tables").where({ table_schema: "auth" }).pluck<string[]>("table_name"),
    );
    for (const table of tables) {
      const rows = JSON.stringify(await api.owner.run((query) => query(table).select("*")));
      expect(rows, table).not.toContain(key.slice(apiKey.prefix.length));
    }
    const { data } = await api.send<{ apiKeys: object[] }>("{ apiKeys { id name prefix owner { id } } }", {}, claims);
    expect(data).toEqual({
      apiKeys: [{ id: apiKey.id, name: "CI", prefix: apiKey.prefix, owner: { id: claims.sub } }],
    });
  });

  it("are not made by who signed in more than 15 minutes ago: a stolen session must not outlive itself", async () => {
    const { claims } = await api.personWith("users:read");
    const minutesAgo = (minutes: number) => ({ ...claims, authTime: Math.floor(Date.now() / 1_000) - minutes * 60 });
    const { authTime: _, ...undated } = claims;
    for (const long of [minutesAgo(16), undated])
      expect((await create(long)).errors?.[0]?.extensions).toMatchObject({
        code: "FORBIDDEN",
        reason: "SIGN_IN_AGAIN",
      });
    await created(minutesAgo(14));
  });

  it("may do what they were given as far as their owner still may", async () => {
    const { claims, roleId } = await api.personWith("users:read", "audit:read", "Product:*");
    const permissions = ["users:read", "Product:read:own"];
    const { secret: key, apiKey } = await created(claims, { permissions });
    expect(await claimsOf(key)).toEqual({
      sub: claims.sub,
      email: claims.email,
      roles: [],
      permissions,
      client: "api_key",
      keyId: apiKey.id,
      expiresAt: null,
    });
    const change = (now: string[]) =>
      api.owner.run((query) => query("role").where({ id: roleId }).update({ permissions: now }));
    await change(["users:read:own", "Order:*"]);
    expect((await claimsOf(key))?.permissions).toEqual(["users:read:own"]);
    await change(["*"]);
    expect((await claimsOf(key))?.permissions).toEqual(permissions);
    await change([]);
    expect((await claimsOf(key))?.permissions).toEqual([]);
  });

  it("hold nothing that their maker does not hold, and something", async () => {
    const { claims } = await api.personWith("users:read:own");
    expect(reasonOf(await create(claims, { permissions: ["users:read"] }))).toBe("PERMISSION_MISSING");
    expect(reasonOf(await create(claims, { permissions: [] }))).toBe("INVALID_INPUT");
  });

  it("end on the day that is asked for, which is within a year from now", async () => {
    const { claims } = await api.personWith("users:read");
    for (const expiresAt of [new Date(Date.now() - 1_000), new Date(Date.now() + 400 * 86_400_000)]) {
      const { errors } = await create(claims, { expiresAt });
      expect(errors?.[0]?.extensions).toMatchObject({
        reason: "INVALID_INPUT",
        fields: [{ path: "input.expiresAt" }],
      });
    }
    const expiresAt = new Date(Date.now() + 60_000);
    const { secret: key, apiKey } = await created(claims, { expiresAt });
    expect(await claimsOf(key)).toMatchObject({ expiresAt: expiresAt.toISOString() });
    await api.owner.run((query) => query("api_key").where({ id: apiKey.id }).update({ expires_at: query.fn.now() }));
    expect(await claimsOf(key)).toBeUndefined();
  });

  it("end when they are revoked, once, and gateways and auditors are told", async () => {
    const { claims } = await api.personWith("users:read");
    const { secret: key, apiKey } = await created(claims);
    const revoke = () =>
      api.send("mutation ($id: ID!) { revokeApiKey(id: $id) { revokedAt } }", { id: apiKey.id }, claims);
    expect((await revoke()).data).toEqual({ revokeApiKey: { revokedAt: expect.any(String) as string } });
    expect(await api.lastChange()).toEqual({ kind: "api_key", subject_id: apiKey.id });
    expect(await api.lastEvent()).toMatchObject({
      action: "api-key.revoke",
      outcome: "success",
      user_id: claims.sub,
      entity_type: "ApiKey",
      entity_id: apiKey.id,
      metadata: { userId: claims.sub },
    });
    expect(await claimsOf(key)).toBeUndefined();
    expect(reasonOf(await revoke())).toBe("API_KEY_NOT_FOUND");
  });

  it("of somebody whose account is not active stand for nobody", async () => {
    const { claims } = await api.personWith("users:read");
    const { secret: key } = await created(claims);
    await api.owner.run((query) => query("account").where({ user_id: claims.sub }).update({ status: "SUSPENDED" }));
    expect(await claimsOf(key)).toBeUndefined();
    await api.owner.run((query) => query("account").where({ user_id: claims.sub }).update({ status: "ACTIVE" }));
    expect(await claimsOf(key)).toMatchObject({ sub: claims.sub });
  });

  it("are not made any more for an account that was deleted a moment ago, to come back with it", async () => {
    const { claims } = await api.personWith("users:read");
    await api.owner.run((query) => query("account").where({ user_id: claims.sub }).update({ status: "DELETED" }));
    expect(reasonOf(await create(claims))).toBe("ACCOUNT_NOT_ACTIVE");
    expect(await api.owner.run((query) => query("api_key").where({ user_id: claims.sub }))).toEqual([]);
  });

  it("are their owner's alone to see and revoke, but for who holds the permission to", async () => {
    const [one, other] = [await api.personWith("users:read"), await api.personWith("users:read")];
    const { apiKey } = await created(one.claims);
    const list = "query ($userId: ID) { apiKeys(userId: $userId) { id } }";
    const revoke = "mutation ($id: ID!) { revokeApiKey(id: $id) { id } }";
    const reference = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ApiKey { name } } }`;
    const of = [{ __typename: "ApiKey", id: apiKey.id }];
    expect((await api.send(list, {}, other.claims)).data).toEqual({ apiKeys: [] });
    expect(reasonOf(await api.send(list, { userId: one.id }, other.claims))).toBe("PERMISSION_MISSING");
    expect(reasonOf(await api.send(revoke, { id: apiKey.id }, other.claims))).toBe("API_KEY_NOT_FOUND");
    expect((await api.send(reference, { of }, other.claims)).data).toEqual({ _entities: [null] });
    expect((await api.send(reference, { of }, one.claims)).data).toEqual({ _entities: [{ name: "CI" }] });

    const auditor = await api.personWith("api-keys:read");
    expect((await api.send(list, { userId: one.id }, auditor.claims)).data).toEqual({ apiKeys: [{ id: apiKey.id }] });
    expect(reasonOf(await api.send(revoke, { id: apiKey.id }, auditor.claims))).toBe("API_KEY_NOT_FOUND");
    const warden = await api.personWith("api-keys:revoke");
    expect((await api.send(revoke, { id: apiKey.id }, warden.claims)).data).toEqual({
      revokeApiKey: { id: apiKey.id },
    });
  });

  it("make no keys: neither does who impersonates somebody; and what a key does says with which", async () => {
    const { claims } = await api.personWith("users:read");
    const { apiKey } = await created(claims);
    const { sid: _, ...rest } = claims;
    const byKey: Claims = { ...rest, client: "api_key", keyId: apiKey.id };
    expect(reasonOf(await create(byKey))).toBe("IN_PERSON_ONLY");
    expect(await api.lastEvent()).toMatchObject({
      action: "api-key.create",
      outcome: "denied",
      actor_type: "api_key",
      user_id: claims.sub,
      metadata: { apiKeyId: apiKey.id },
    });
    expect(reasonOf(await create({ ...claims, act: { sub: newId() } }))).toBe("IN_PERSON_ONLY");
  });

  it("end and see others of their owner's when they were given that, and not otherwise", async () => {
    const { claims } = await api.personWith("users:read");
    const { apiKey } = await created(claims);
    const { sid: _, ...rest } = claims;
    const byKey = (...permissions: string[]): Claims => ({ ...rest, permissions, client: "api_key", keyId: apiKey.id });
    const revoke = "mutation ($id: ID!) { revokeApiKey(id: $id) { id } }";
    expect(await api.reason("{ apiKeys { id } }", {}, byKey("users:read"))).toBe("PERMISSION_MISSING");
    expect(await api.reason(revoke, { id: apiKey.id }, byKey("api-keys:read:own"))).toBe("PERMISSION_MISSING");
    expect(await api.reason("{ apiKeys { id } }", {}, byKey("api-keys:read:own"))).toBeUndefined();
    expect(await api.reason(revoke, { id: apiKey.id }, byKey("api-keys:revoke:own"))).toBeUndefined();
  });

  it("see and end no session of their owner's unless they were given that", async () => {
    const { claims, id } = await api.personWith("users:read");
    const { sid: sessionId = "", ...rest } = claims;
    await api.owner.run((query) =>
      query("session").insert({ id: sessionId, user_id: id, expires_at: query.raw("now() + interval '1 day'") }),
    );
    const byKey = (...permissions: string[]): Claims => ({ ...rest, permissions, client: "api_key", keyId: newId() });
    const see = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { sessions { id } } } }`;
    const end = "mutation ($id: ID!) { revokeSession(id: $id) { id } }";
    const of = [{ __typename: "User", id }];
    expect(await api.reason(see, { of }, byKey("users:read"))).toBe("PERMISSION_MISSING");
    expect(await api.reason(end, { id: sessionId }, byKey("sessions:read:own"))).toBe("SESSION_NOT_FOUND");
    expect(await api.field(see, { of }, byKey("sessions:read:own"))).toEqual([{ sessions: [{ id: sessionId }] }]);
    expect(await api.field(end, { id: sessionId }, byKey("sessions:revoke:own"))).toEqual({ id: sessionId });
  });

  it("are 100 at most, also when two are made at one time", async () => {
    const { claims } = await api.personWith("users:read");
    const rows = Array.from({ length: 99 }, () => ({
      id: newId(),
      user_id: claims.sub,
      name: "many",
      prefix: "sgk_many",
      secret_hash: hashOfApiKey(newApiKey()),
      permissions: ["users:read"],
    }));
    await api.owner.run((query) => query("api_key").insert(rows));
    const answers = await Promise.all([create(claims), create(claims), create(claims)]);
    expect(answers.map(reasonOf).sort()).toEqual(["TOO_MANY_API_KEYS", "TOO_MANY_API_KEYS", undefined]);
    await api.owner.run((query) => query("api_key").where({ id: rows[0]?.id }).update({ revoked_at: query.fn.now() }));
    expect(reasonOf(await create(claims))).toBeUndefined();
  });
});
