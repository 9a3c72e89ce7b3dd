import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authServer, basic, type AuthServer, type Credentials } from "./auth-server.fixture.js";

describe("the token endpoint", () => {
  let auth: AuthServer;
  let robot: Credentials;
  beforeAll(async () => {
    auth = await authServer();
    robot = await auth.serviceAccount("robot", ["Product:*", "users:read"]);
  });
  afterAll(() => auth.close());

  const grant = (form: Record<string, string> = {}, headers?: Record<string, string>) =>
    auth.post("/oauth/token", { grant_type: "client_credentials", ...form }, headers);

  it("gives a service account an access token after RFC 9068, and no refresh token (RFC 6749 4.4.3)", async () => {
    const { status, headers, body } = await grant({}, basic(robot));
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "cache-control": "no-store", pragma: "no-cache" });
    expect(body).toEqual({
      access_token: expect.any(String) as string,
      token_type: "Bearer",
      expires_in: 900,
      scope: "Product:* users:read",
    });
    const token = String(body.access_token);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", typ: "at+jwt" });
    expect(decodeJwt(token)).toMatchObject({
      sub: robot.clientId,
      client_id: robot.clientId,
      scope: "Product:* users:read",
      aud: "supergraph",
    });
  });

  it("takes id and secret in the form as well, form-encoded in the header, and never both ways", async () => {
    const inForm = { client_id: robot.clientId, client_secret: robot.clientSecret };
    expect((await grant(inForm)).status).toBe(200);
    const encoded = { ...robot, clientSecret: robot.clientSecret.replaceAll("_", "%5F") };
    expect((await grant({}, basic(encoded))).status).toBe(200);
    expect((await grant(inForm, basic(robot))).body.error).toBe("invalid_request");
    expect((await grant({ client_id: "another" }, basic(robot))).body.error).toBe("invalid_request");
  });

  it("says the same to an unknown client, a wrong secret and credentials that are none: invalid_client", async () => {
    const wrong = [
      basic({ ...robot, clientSecret: "wrong" }),
      basic({ ...robot, clientId: "01990000-0000-7000-8000-000000000000" }),
      basic({ clientId: "no id", clientSecret: "\0" }),
      { authorization: "Bearer abc" },
      { authorization: "Basic %" },
      { authorization: `Basic ${Buffer.from("%zz:x").toString("base64")}` },
    ];
    for (const headers of wrong) {
      const { status, headers: answered, body } = await grant({}, headers);
      expect({ status, body }).toEqual({
        status: 401,
        body: {
          error: "invalid_client",
          error_description: "The client is not known, or its secret is wrong.",
          reason: "CLIENT_INVALID",
        },
      });
      expect(answered["www-authenticate"]).toMatch(/^Basic realm=/);
    }
    expect((await grant()).body.error).toBe("invalid_client");
  });

  it("narrows a token to a part of what the account holds, and no further than that", async () => {
    const { body } = await grant({ scope: "Product:read Product:read" }, basic(robot));
    expect(body.scope).toBe("Product:read");
    const session = await auth.internal(`/sessions/${String(decodeJwt(String(body.access_token)).sid)}`, {
      sub: "gateway",
      client: "service",
      roles: [],
      permissions: [],
    });
    expect(session.json()).toMatchObject({ sub: robot.clientId, client: "service", permissions: ["Product:read"] });
    const letter = (index: number) => String.fromCharCode(97 + index);
    const tooMany = Array.from({ length: 101 }, (_, n) => `Product:${letter(Math.floor(n / 26))}${letter(n % 26)}`);
    for (const scope of [
      tooMany.join(" "),
      "users:update",
      "*",
      "users:read users:delete",
      "Product:read  users:read",
      "é",
    ]) {
      expect((await grant({ scope }, basic(robot))).body.error, scope).toBe("invalid_scope");
    }
  });

  it("refuses what is no form, or names a parameter twice (RFC 6749 3.2)", async () => {
    const twice = "grant_type=client_credentials&grant_type=client_credentials";
    expect((await auth.post("/oauth/token", twice, basic(robot))).body.error).toBe("invalid_request");
    const json = { "content-type": "application/json" };
    expect(await auth.post("/oauth/token", '{"grant_type":"client_credentials"}', json)).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
    expect((await auth.post("/oauth/token", {}, basic(robot))).body.error).toBe("invalid_request");
    const unknown = await auth.post("/oauth/token", { grant_type: "password" }, basic(robot));
    expect(unknown).toMatchObject({ status: 400, body: { error: "unsupported_grant_type" } });
  });

  it("takes ten wrong secrets of a client from an address in 15 minutes, and the right one after them as well", async () => {
    const busy = await auth.serviceAccount("busy", []);
    const wrong = basic({ ...busy, clientSecret: "wrong" });
    for (let tried = 0; tried < 10; tried++) expect((await grant({}, wrong)).status).toBe(401);
    const { status, headers, body } = await grant({}, wrong);
    expect({ status, body }).toMatchObject({ status: 429, body: { reason: "TOO_MANY_REQUESTS" } });
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    expect((await grant({}, basic(busy))).status).toBe(200);
  });

  it("leaves one event for each attempt, with the account as target and as actor", async () => {
    const before = (await auth.events("auth.client-credentials")).length;
    await grant({}, basic(robot));
    await grant({}, basic({ ...robot, clientSecret: "wrong" }));
    const [success, failure, ...more] = (await auth.events("auth.client-credentials")).slice(before);
    expect(more).toEqual([]);
    expect(success).toMatchObject({
      outcome: "success",
      actor_type: "service",
      actor_label: robot.clientId,
      user_id: null,
      entity_type: "ServiceAccount",
      entity_id: robot.clientId,
      entity_label: "robot",
      session_id: expect.any(String) as string,
      ip: "192.0.2.7",
    });
    expect(failure).toMatchObject({
      outcome: "failure",
      reason: "CLIENT_INVALID",
      actor_type: "anonymous",
      actor_label: robot.clientId,
    });
    expect(JSON.stringify([success, failure])).not.toContain(robot.clientSecret);
  });

  it("renews a person's tokens as the mutation does: once, the reuse of a token ends the session", async () => {
    const { tokens, session } = await auth.signIn();
    const refresh = (refresh_token: string) =>
      auth.post("/oauth/token", { grant_type: "refresh_token", refresh_token, client_id: "web" });
    const first = await refresh(tokens.refreshToken);
    expect(first).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(decodeJwt(String(first.body.access_token))).toMatchObject({ sid: session.id, client_id: "web" });
    expect(first.headers).not.toHaveProperty("x-session-claims");
    await auth.owner.run((query) =>
      query("refresh_token").update({ used_at: query.raw("used_at - interval '11 s'") as unknown as Date }),
    );
    expect(await refresh(tokens.refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant", reason: "REFRESH_TOKEN_REUSED" },
    });
    expect((await refresh(String(first.body.refresh_token))).body).toMatchObject({ error: "invalid_grant" });
    expect((await auth.events("auth.refresh")).slice(-3)).toMatchObject([
      { outcome: "success", path: "oauth/token" },
      { outcome: "failure", reason: "REFRESH_TOKEN_REUSED", metadata: { suspicious: true } },
      { outcome: "failure", reason: "REFRESH_TOKEN_INVALID" },
    ]);
    const byRobot = await auth.post("/oauth/token", { grant_type: "refresh_token", refresh_token: "x" }, basic(robot));
    expect(byRobot.body.error).toBe("unauthorized_client");
    expect((await auth.post("/oauth/token", { grant_type: "refresh_token" })).body.error).toBe("invalid_request");
  });
});
