import { signForwardedIdentity } from "@supergraph/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { secret } from "../subgraphs.fixture.js";
import { TestSupergraph } from "../supergraph.fixture.js";

const admin = { sub: "admin", sid: "s", roles: ["admin"], permissions: ["*"], client: "user" } as const;

describe("who the caller is", () => {
  let supergraph: TestSupergraph;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
  });
  afterAll(() => supergraph.stop());
  beforeEach(() => {
    supergraph.subgraphs.users.fetches.length = 0;
  });

  const whoami = async (token?: string, headers?: Record<string, string>) =>
    supergraph.post("{ whoami }", { token, ...(headers && { headers }) });
  const refused = async (token: string) => {
    const { status, body } = await whoami(token);
    return { status, ...body.errors?.[0]?.extensions };
  };

  it("is nobody without a token", async () => {
    expect((await whoami()).body).toEqual({ data: { whoami: null } });
  });

  it("is the person of the token's session", async () => {
    expect((await whoami(await supergraph.signIn("u1"))).body).toEqual({ data: { whoami: "u1" } });
  });

  it("is nobody with forged identity headers, whoever signed them", async () => {
    const forged = {
      "x-claims": await signForwardedIdentity({ caller: admin, request: {} }, "users", secret),
      "x-session-claims": await signForwardedIdentity({ caller: admin, request: {} }, "gateway", secret),
      "x-user-id": "admin",
      "x-user-roles": "admin",
      "x-supergraph-version": "99",
      cookie: "session=admin",
    };
    expect((await whoami(undefined, forged)).body).toEqual({ data: { whoami: null } });
    const { body } = await supergraph.post("{ seen }", { headers: { ...forged, "x-anything": "1" } });
    expect(body.data?.seen).toEqual([
      "content-length",
      "content-type",
      "host",
      "user-agent",
      "x-claims",
      "x-request-id",
      "x-supergraph-version",
    ]);
    expect(supergraph.subgraphs.users.fetches.at(-1)).toMatchObject({ "x-supergraph-version": "1" });
  });

  it("is changed by auth's word alone, though another subgraph could sign it", async () => {
    const caller = { sub: "u1", roles: [], permissions: [], client: "user" as const };
    const claims = await signForwardedIdentity({ caller, request: {} }, "gateway", secret);
    supergraph.divert("dynamic", async (service, request) => {
      const response = await supergraph.reach(service, request);
      return { ...response, headers: { ...response.headers, "x-session-claims": claims } };
    });
    const { body } = await supergraph.post("{ products { owner { email } } }");
    supergraph.divert("dynamic", undefined);
    expect(body.errors?.[0]?.extensions.reason).toBe("PERMISSION_MISSING");
    expect(JSON.stringify(body.data)).not.toContain("u1@example.com");
  });

  it("does not reach a subgraph as the client's own token", async () => {
    await whoami(await supergraph.signIn("u1"));
    expect(supergraph.subgraphs.users.fetches.at(-1)).not.toHaveProperty("authorization");
  });

  it("keeps a request id that is a UUID, and makes one otherwise", async () => {
    const requestId = crypto.randomUUID();
    expect((await whoami(undefined, { "x-request-id": requestId })).headers).toMatchObject({
      "x-request-id": requestId,
    });
    expect(supergraph.subgraphs.users.fetches.at(-1)).toMatchObject({ "x-request-id": requestId });
    expect((await whoami(undefined, { "x-request-id": "mine" })).headers["x-request-id"]).not.toBe("mine");
  });

  it("is answered 401 with a reason when the Authorization header holds no bearer token", async () => {
    const { status, body } = await whoami(undefined, { authorization: "Basic YTpi" });
    expect(status).toBe(401);
    expect(body).toMatchObject({
      errors: [{ extensions: { code: "UNAUTHENTICATED", reason: "TOKEN_INVALID", requestId: expect.any(String) } }],
    });
  });

  describe("with a token whose session has ended", () => {
    const ended = async () => {
      const token = await supergraph.signIn("u1");
      supergraph.sessions.clear();
      return token;
    };

    it("is answered 401", async () => {
      const { status, headers, body } = await whoami(await ended());
      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toContain("invalid_token");
      expect(body).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED", reason: "SESSION_ENDED" } }] });
      expect(supergraph.subgraphs.users.fetches).toHaveLength(0);
    });

    it("may sign in, and is that person for the rest of the operation", async () => {
      const query = `mutation { refreshSession login(userId: "u2") { user { email } } }`;
      const { status, body } = await supergraph.post(query, { token: await ended() });
      expect(status).toBe(200);
      expect(body).toEqual({
        data: { refreshSession: true, login: { user: { email: "u2@example.com" } } },
      });
    });

    it("may do nothing else beside signing in", async () => {
      const { status } = await supergraph.post("mutation { refreshSession logout }", { token: await ended() });
      expect(status).toBe(401);
    });
  });

  it("is refused as expired when the token has expired, but may refresh", async () => {
    await supergraph.signIn("u1");
    const token = await supergraph.expiredToken();
    expect(await refused(token)).toMatchObject({ status: 401, reason: "TOKEN_EXPIRED" });
    expect((await supergraph.post("mutation { refreshSession }", { token })).body).toEqual({
      data: { refreshSession: true },
    });
  });
});
