import { createHash, randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashOfToken } from "../session/refresh-token.js";
import { ada, authServer, basic, claimsOf, type AuthServer } from "./auth-server.fixture.js";

const REDIRECT = "https://app.example.com/signed-in";

/** Codes as a sign-in with the provider leaves them; e2e/outside-openid-provider has the way there. */
describe("the code of a sign-in with an outside provider", () => {
  let auth: AuthServer;
  beforeAll(async () => {
    auth = await authServer({
      environment: {
        OIDC_ISSUER: "http://localhost:1",
        OIDC_CLIENT_ID: "us",
        OIDC_CLIENT_SECRET: "secret",
        OIDC_REDIRECT_URIS: REDIRECT,
      },
    });
  });
  afterAll(() => auth.close());

  const newCode = async (lifetimeSeconds = 60) => {
    const [code, code_verifier] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
    await auth.owner.run((query) =>
      query("authorization_code").insert({
        code_hash: hashOfToken(code),
        user_id: ada.id,
        redirect_uri: REDIRECT,
        code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
        expires_at: query.raw("now() + make_interval(secs => ?)", [lifetimeSeconds]),
      }),
    );
    return { grant_type: "authorization_code", client_id: "web", redirect_uri: REDIRECT, code, code_verifier };
  };
  const trade = (form: Record<string, string>) => auth.post("/oauth/token", form);
  const sessionOf = async ({ access_token }: Record<string, unknown>) =>
    auth.internal(`/sessions/${String(decodeJwt(String(access_token)).sid)}`, {
      sub: "gateway",
      client: "service",
      roles: [],
      permissions: [],
    });
  const lastEvent = async () => (await auth.events("auth.exchange-code")).at(-1);

  it("brings tokens of a session that says how it began", async () => {
    const { status, body } = await trade(await newCode());
    expect({ status, body }).toMatchObject({ status: 200, body: { token_type: "Bearer", expires_in: 900 } });
    expect((await sessionOf(body)).json()).toMatchObject({ sub: ada.id, client: "user", amr: ["fed"] });
    const form = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await auth.post("/oauth/token", form)).status).toBe(200);
    expect(await lastEvent()).toMatchObject({ outcome: "success", user_id: ada.id, actor_label: ada.email });
  });

  it("is worth nothing without its verifier, its address and its client, and stays as it is", async () => {
    const form = await newCode();
    const wrong = { code_verifier: "x".repeat(43), redirect_uri: `${REDIRECT}/`, code: "x".repeat(43) };
    for (const [name, value] of Object.entries(wrong)) {
      expect((await trade({ ...form, [name]: value })).body, name).toMatchObject({
        error: "invalid_grant",
        reason: "AUTHORIZATION_CODE_INVALID",
      });
    }
    expect((await trade({ ...form, client_id: "another" })).body.error).toBe("invalid_client");
    const robot = await auth.serviceAccount("robot", []);
    const { client_id: _, ...byRobot } = form;
    expect((await auth.post("/oauth/token", byRobot, basic(robot))).body.error).toBe("unauthorized_client");
    expect((await trade(form)).status).toBe(200);
  });

  it("expires", async () => {
    expect((await trade(await newCode(-1))).body.reason).toBe("AUTHORIZATION_CODE_INVALID");
  });

  it("works once, also when it comes twice at the same moment; the second ends what the first got", async () => {
    const form = await newCode();
    const [first, second] = await Promise.all([trade(form), trade(form)]);
    expect([first.status, second.status].sort()).toEqual([200, 400]);
    const tokens = first.status === 200 ? first.body : second.body;
    expect((await sessionOf(tokens)).statusCode).toBe(404);
    const failed = (await auth.events("auth.exchange-code")).find(
      ({ reason }) => reason === "AUTHORIZATION_CODE_REUSED",
    );
    expect(failed).toMatchObject({ outcome: "failure", metadata: { suspicious: true }, entity_id: ada.id });
  });

  it("asks who has a second factor for it, and is there still when it comes", async () => {
    const start = "mutation { startTotpEnrollment { secret } }";
    const secret = String((await auth.ask(start, {}, claimsOf())).data?.startTotpEnrollment?.secret);
    const totp = new TOTP({ secret });
    const confirm = "mutation ($otp: String!) { confirmTotpEnrollment(otp: $otp) }";
    const { data } = await auth.ask(confirm, { otp: totp.generate() }, claimsOf());
    const [recoveryCode = ""] = data?.confirmTotpEnrollment as unknown as string[];

    const form = await newCode();
    expect(await trade(form)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant", error_description: "mfa_required", reason: "MFA_REQUIRED" },
    });
    expect((await trade({ ...form, otp: "000000" })).body).toMatchObject({ reason: "OTP_INVALID" });
    const { status, body } = await trade({ ...form, otp: recoveryCode });
    expect(status).toBe(200);
    expect((await sessionOf(body)).json()).toMatchObject({ amr: ["fed", "mfa"] });
  });

  it("lets in nobody whose account is not active", async () => {
    const form = await newCode();
    const become = (status: string) => auth.owner.run((query) => query("account").update({ status }));
    await become("SUSPENDED");
    expect((await trade(form)).body).toMatchObject({ error: "invalid_grant", reason: "ACCOUNT_NOT_ACTIVE" });
    await become("ACTIVE");
    expect(await lastEvent()).toMatchObject({ outcome: "denied", reason: "ACCOUNT_NOT_ACTIVE", entity_id: ada.id });
  });
});
