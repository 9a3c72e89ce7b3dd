import type { webcrypto } from "node:crypto";
import { describe, expect, inject, it } from "vitest";
import { administrator, Client, endpoint, register, type OperationError } from "../harness/client.js";

const decoded = (token: string, part: 0 | 1) =>
  JSON.parse(Buffer.from(token.split(".")[part] ?? "", "base64url").toString()) as Record<string, unknown>;

const REFRESH =
  "mutation ($token: String!) { refreshSession(refreshToken: $token) { tokens { accessToken refreshToken } session { id current } } }";

interface Refreshed {
  refreshSession: { tokens: { accessToken: string; refreshToken: string }; session: { id: string; current: boolean } };
}

async function refusalOf(accessToken: string): Promise<{ status: number; error: OperationError | undefined }> {
  const { status, errors } = await new Client(endpoint(), accessToken).send("{ me { id } }");
  return { status, error: errors?.[0] };
}

describe("access tokens", () => {
  it("are ES256 JWTs of the type at+jwt that live 15 minutes, with keys at the JWKS", async () => {
    const { accessToken = "", id, sessionId } = await register();
    const claims = decoded(accessToken, 1);
    expect(decoded(accessToken, 0)).toMatchObject({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) as string });
    expect(claims).toMatchObject({ sub: id, sid: sessionId, jti: expect.any(String) as string });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(900);
    const { keys } = (await (await fetch(`${inject("supergraph").origin}/.well-known/jwks.json`)).json()) as {
      keys: webcrypto.JsonWebKey[];
    };
    expect(keys).toContainEqual(expect.objectContaining({ kid: decoded(accessToken, 0).kid, kty: "EC" }));
    expect(keys.every((key) => key.d === undefined)).toBe(true);
  });
});

describe("sessions", () => {
  it("end at the gateway within 5 s of a logout, and their refresh token with them", async () => {
    const person = await register();
    expect(await person.data("mutation { logout }")).toEqual({ logout: true });
    await expect
      .poll(async () => (await refusalOf(person.accessToken ?? "")).error?.extensions.reason, { timeout: 5_000 })
      .toBe("SESSION_ENDED");
    const refused = await new Client().error(REFRESH, { token: person.refreshToken });
    expect(refused.extensions).toMatchObject({ code: "UNAUTHENTICATED", reason: "REFRESH_TOKEN_INVALID" });
  });

  it("are refreshed into the same session, once for each token, with three tabs at once", async () => {
    const person = await register();
    const tabs = await Promise.all(
      [1, 2, 3].map(() => new Client().data<Refreshed>(REFRESH, { token: person.refreshToken })),
    );
    const successors = new Set(tabs.map(({ refreshSession }) => refreshSession.tokens.refreshToken));
    expect(successors.size).toBe(1);
    for (const { refreshSession } of tabs) {
      expect(refreshSession.session).toEqual({ id: person.sessionId, current: true });
      const [before, after] = [decoded(person.accessToken ?? "", 1), decoded(refreshSession.tokens.accessToken, 1)];
      for (const claim of ["iss", "aud", "sub", "sid"]) expect(after[claim]).toEqual(before[claim]);
      expect(after.jti).not.toBe(before.jti);
      const { me } = await new Client(endpoint(), refreshSession.tokens.accessToken).data<{ me: { id: string } }>(
        "{ me { id } }",
      );
      expect(me.id).toBe(person.id);
    }
  });

  it("take a role that was given to the person into account within 5 s, without a new sign-in", async () => {
    const admin = await administrator();
    const person = await register();
    expect((await person.error("{ users { nodes { id } } }")).extensions.code).toBe("FORBIDDEN");
    const { roles } = await admin.data<{ roles: { id: string; name: string }[] }>("{ roles { id name } }");
    await admin.data("mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }", {
      userId: person.id,
      roleId: roles.find(({ name }) => name === "auditor")?.id,
    });
    await expect
      .poll(async () => (await person.send("{ users(first: 1) { nodes { id } } }")).errors, { timeout: 5_000 })
      .toBeUndefined();
  });

  it("aren't opened for a wrong password or an unknown account, which get the same answer", async () => {
    const person = await register();
    const attempt = (email: string) =>
      new Client().error("mutation ($input: LoginInput!) { login(input: $input) { user { id } } }", {
        input: { email, password: "not the right password" },
      });
    const [wrong, unknown] = [await attempt(person.email), await attempt("nobody@example.com")];
    expect(wrong.extensions).toMatchObject({ code: "UNAUTHENTICATED", reason: "INVALID_CREDENTIALS" });
    expect([unknown.message, unknown.extensions.code, unknown.extensions.reason]).toEqual([
      wrong.message,
      wrong.extensions.code,
      wrong.extensions.reason,
    ]);
  });
});

describe("registration", () => {
  it("refuses an address that is known, without regard to case", async () => {
    const person = await register();
    const again = await new Client().error(
      "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }",
      {
        input: { email: person.email.toUpperCase(), password: "long enough it is", firstName: "A", lastName: "B" },
      },
    );
    expect(again.extensions).toMatchObject({ code: "CONFLICT", reason: "EMAIL_TAKEN" });
  });

  it.each([
    ["too short", "eleven byte"],
    ["73 bytes", "x".repeat(73)],
    ["300 bytes", "y".repeat(300)],
    ["72 characters of more bytes", "é".repeat(72)],
    ["a NUL", `nul\u0000 in the middle`],
    ["a megabyte's worth of characters", "z".repeat(500_000)],
  ])("refuses a password of %s, and names the field", async (_, password) => {
    const { extensions } = await new Client().error(
      "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }",
      {
        input: { email: "short@example.com", password, firstName: "Ann", lastName: "Other" },
      },
    );
    expect(extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      reason: "INVALID_INPUT",
      fields: [{ path: "input.password" }],
    });
  });
});
