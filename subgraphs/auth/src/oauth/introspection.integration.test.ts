import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ada, authServer, basic, claimsOf, type AuthServer, type Credentials } from "./auth-server.fixture.js";

describe("tokens that are shown to their maker", () => {
  let auth: AuthServer;
  let inspector: Credentials;
  let robot: Credentials;
  beforeAll(async () => {
    auth = await authServer();
    inspector = await auth.serviceAccount("inspector", ["tokens:introspect"]);
    robot = await auth.serviceAccount("robot", ["users:read"]);
  });
  afterAll(() => auth.close());

  const introspect = async (token: string, as: Credentials | undefined = inspector) =>
    auth.post("/oauth/introspect", { token }, basic(as));
  const revoke = (token: string, as?: Credentials) => auth.post("/oauth/revoke", { token }, as && basic(as));
  const tokenOf = async (account: Credentials) => {
    const { body } = await auth.post("/oauth/token", { grant_type: "client_credentials" }, basic(account));
    return String(body.access_token);
  };

  it("are described while they count (RFC 7662 2.2), a person's, their refresh token and a service account's", async () => {
    const { tokens, session } = await auth.signIn();
    const { exp, iat, jti } = decodeJwt(tokens.accessToken);
    expect((await introspect(tokens.accessToken)).body).toEqual({
      active: true,
      sub: ada.id,
      sid: session.id,
      client_id: "web",
      iss: "http://localhost:4000",
      aud: "supergraph",
      token_type: "Bearer",
      ...{ exp, iat, jti },
    });
    expect((await introspect(tokens.refreshToken)).body).toMatchObject({ active: true, sub: ada.id });
    const { body, headers } = await introspect(await tokenOf(robot));
    expect(body).toMatchObject({ active: true, client_id: robot.clientId, sub: robot.clientId, scope: "users:read" });
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("are inactive, whatever the cause, once they don't count", async () => {
    const { tokens } = await auth.signIn();
    await auth.post("/oauth/token", { grant_type: "refresh_token", refresh_token: tokens.refreshToken });
    const used = await introspect(tokens.refreshToken);
    await revoke(tokens.accessToken);
    const ended = await introspect(tokens.accessToken);
    const unknown = await introspect("x".repeat(43));
    for (const { status, body } of [used, ended, unknown]) {
      expect({ status, body }).toEqual({ status: 200, body: { active: false } });
    }
  });

  it("are described to nobody who does not authenticate, or lacks tokens:introspect; the log says so", async () => {
    const { tokens } = await auth.signIn();
    expect((await auth.post("/oauth/introspect", { token: tokens.accessToken })).status).toBe(401);
    expect((await introspect(tokens.accessToken, { ...inspector, clientSecret: "x" })).status).toBe(401);
    expect(await introspect(tokens.accessToken, robot)).toMatchObject({
      status: 403,
      body: { error: "unauthorized_client" },
    });
    expect(await auth.events("tokens.introspect")).toMatchObject([
      { outcome: "denied", reason: "CLIENT_INVALID" },
      { outcome: "denied", reason: "CLIENT_INVALID", actor_label: inspector.clientId },
      { outcome: "denied", reason: "PERMISSION_MISSING", actor_label: robot.clientId },
    ]);
  });

  it("end with their session when they are revoked (RFC 7009): a person's access token, or a refresh token", async () => {
    for (const kind of ["accessToken", "refreshToken"] as const) {
      const { tokens, session } = await auth.signIn();
      expect((await revoke(tokens[kind])).status).toBe(200);
      expect((await introspect(tokens.accessToken)).body).toEqual({ active: false });
      const form = { grant_type: "refresh_token", refresh_token: tokens.refreshToken };
      expect((await auth.post("/oauth/token", form)).body.error).toBe("invalid_grant");
      expect((await auth.events("auth.revoke-token")).at(-1)).toMatchObject({
        outcome: "success",
        user_id: ada.id,
        session_id: session.id,
        entity_id: ada.id,
      });
    }
  });

  it("are answered 200 when nothing is to be ended, as if it had been (RFC 7009 2.2)", async () => {
    const before = (await auth.events("auth.revoke-token")).length;
    expect(await revoke("unknown")).toMatchObject({ status: 200, body: {} });
    expect((await auth.events("auth.revoke-token")).slice(before)).toMatchObject([
      { outcome: "success", actor_type: "anonymous", entity_id: null },
    ]);
    expect((await auth.post("/oauth/revoke", {})).body.error).toBe("invalid_request");
  });

  it("of a service account end for the account itself alone (RFC 7009 2.1)", async () => {
    const token = await tokenOf(robot);
    expect((await revoke(token)).status).toBe(401);
    expect((await revoke(token, inspector)).body).toMatchObject({ error: "invalid_grant" });
    expect((await introspect(token)).body.active).toBe(true);
    const other = await tokenOf(robot);
    expect((await revoke(token, robot)).status).toBe(200);
    expect((await introspect(token)).body).toEqual({ active: false });
    expect((await introspect(other)).body.active).toBe(true);
  });

  it("count no more from the moment at which the key that signed them is revoked", async () => {
    const { tokens } = await auth.signIn();
    expect((await introspect(tokens.accessToken)).body.active).toBe(true);
    const { kid } = decodeProtectedHeader(tokens.accessToken);
    const revokeKey = 'mutation ($kid: String!) { revokeSigningKey(kid: $kid, reason: "it leaked") { status } }';
    const { data } = await auth.ask(revokeKey, { kid }, claimsOf("*"));
    expect(data).toEqual({ revokeSigningKey: { status: "RETIRED" } });
    expect((await introspect(tokens.accessToken)).body).toEqual({ active: false });
    const { tokens: later } = await auth.signIn();
    expect((await introspect(later.accessToken)).body.active).toBe(true);
  });
});
