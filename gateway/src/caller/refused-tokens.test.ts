import { signForwardedIdentity } from "@supergraph/identity";
import { CompactSign, exportJWK, generateKeyPair, UnsecuredJWT, type CryptoKey, type JWK } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { secret } from "../subgraphs.fixture.js";
import { TestSupergraph } from "../supergraph.fixture.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const now = () => Math.floor(Date.now() / 1_000);

// RFC 8725 (best current practices for JWTs), sections 3.1 to 3.12; RFC 9068 (access tokens), section 4.
describe("a token is refused", () => {
  let supergraph: TestSupergraph;
  let sid: string;
  let ours: CryptoKey;
  let stranger: CryptoKey;
  let strangersJwk: JWK;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
    ours = supergraph.keys.privateKey;
    const pair = await generateKeyPair("ES256", { extractable: true });
    stranger = pair.privateKey;
    strangersJwk = await exportJWK(pair.publicKey);
  });
  afterAll(() => supergraph.stop());
  beforeEach(async () => {
    supergraph.sessions.clear();
    supergraph.subgraphs.users.fetches.length = 0;
    await supergraph.signIn("u1");
    sid = [...supergraph.sessions.keys()][0] ?? "";
  });

  const good = () => ({
    iss: "http://localhost:4000",
    aud: "supergraph",
    sub: "u1",
    sid,
    jti: "1",
    iat: now(),
    exp: now() + 900,
  });
  /** Signed by our key, unless told; the header is that of our tokens, but for what is told. */
  const token = (claims: object | string, header: object = {}, key: CryptoKey | Uint8Array = ours) =>
    new CompactSign(bytes(typeof claims === "string" ? claims : JSON.stringify(claims)))
      .setProtectedHeader({ alg: "ES256", kid: "key-1", typ: "at+jwt", ...header })
      .sign(key, { crit: { "urn:example:strict": true } });
  const answerTo = async (bearer: string) => {
    const { status, headers, body } = await supergraph.post("{ whoami }", { token: bearer });
    const { reason } = body.errors?.[0]?.extensions ?? {};
    return { status, reason, challenge: headers["www-authenticate"], whoami: body.data?.whoami };
  };
  const refused = async (bearer: string, reason = "TOKEN_INVALID") => {
    expect(await answerTo(bearer)).toMatchObject({ status: 401, reason, challenge: 'Bearer error="invalid_token"' });
    expect(supergraph.subgraphs.users.fetches).toEqual([]);
  };

  it("unless everything about it is right", async () => {
    expect(await answerTo(await token(good()))).toMatchObject({ status: 200, whoami: "u1" });
  });

  it.each([
    ["iss is another", { iss: "http://elsewhere" }],
    ["iss is missing", { iss: undefined }],
    ["aud is another", { aud: "elsewhere" }],
    ["aud is missing", { aud: undefined }],
    ["aud is a list without us", { aud: ["elsewhere", "supergraph/other"] }],
    ["sub is missing", { sub: undefined }],
    ["sub is empty", { sub: "" }],
    ["sub is no text", { sub: 1 }],
    ["sub is somebody else than the session's", { sub: "u2" }],
    ["sid is missing", { sid: undefined }],
    ["sid is no text", { sid: ["s"] }],
    ["jti is missing", { jti: undefined }],
    ["exp is missing", { exp: undefined }],
    ["exp is no number", { exp: "9999999999" }],
    ["iat is missing", { iat: undefined }],
    ["iat is in the future", { iat: 9_999_999_000, exp: 9_999_999_999 }],
    ["nbf is in the future: not valid yet", { nbf: 9_999_999_999 }],
  ])("whose %s", async (_, claims) => {
    await refused(await token({ ...good(), ...claims }));
  });

  it("whose claim stands twice and the last is wrong", async () => {
    const twice = JSON.stringify(good()).replace('"sub":"u1"', '"sub":"u1","sub":"u2"');
    await refused(await token(twice));
  });

  it("that has expired, also when it was good a moment ago", async () => {
    await refused(await token({ ...good(), exp: now() - 1 }), "TOKEN_EXPIRED");
    const short = await token({ ...good(), exp: now() + 1 });
    expect((await answerTo(short)).status).toBe(200);
    supergraph.subgraphs.users.fetches.length = 0;
    await expect.poll(async () => (await answerTo(short)).reason, { timeout: 5_000 }).toBe("TOKEN_EXPIRED");
  });

  it.each([
    ["typ is that of any JWT", { typ: "JWT" }],
    ["typ is that of forwarded claims", { typ: "claims+jwt" }],
    ["typ is missing", { typ: undefined }],
    ["kid is unknown", { kid: "key-2" }],
    ["kid is missing", { kid: undefined }],
    ["kid is a path", { kid: "../../../../dev/null" }],
    ["crit names what we don't know", { crit: ["urn:example:strict"], "urn:example:strict": true }],
  ])("whose %s", async (_, header) => {
    await refused(await token(good(), header));
  });

  it.each([
    ["our key's name", () => ({})],
    ["a key in the header (jwk)", () => ({ jwk: strangersJwk })],
    ["a key in the header, of our key's name", () => ({ jwk: { ...strangersJwk, kid: "key-1" } })],
    ["an address of keys in the header (jku)", () => ({ jku: "http://127.0.0.1:9/jwks.json" })],
    ["a certificate in the header (x5c)", () => ({ x5c: ["MIIB"] })],
    ["an address of a certificate in the header (x5u)", () => ({ x5u: "http://127.0.0.1:9/cert.pem" })],
  ])("that a stranger's key has signed, under %s", async (_, header) => {
    await refused(await token(good(), header(), stranger));
  });

  it.each(["ES384", "RS256", "PS256", "EdDSA"])("that is signed %s", async (alg) => {
    await refused(await token(good(), { alg }, (await generateKeyPair(alg)).privateKey));
  });

  it("that is not signed: alg none, in any spelling, and without its signature", async () => {
    await refused(new UnsecuredJWT(good()).encode());
    const [, claims, signature] = (await token(good())).split(".");
    const header = (alg: string) =>
      Buffer.from(JSON.stringify({ alg, kid: "key-1", typ: "at+jwt" })).toString("base64url");
    for (const alg of ["none", "None", "NONE"]) {
      await refused(`${header(alg)}.${claims}.`);
      await refused(`${header(alg)}.${claims}.${signature}`);
    }
    await refused(`${header("ES256")}.${claims}.`);
  });

  it("that is signed HS256 with the public key, in any of its forms", async () => {
    const jwks = (await supergraph.get("/.well-known/jwks.json")).body;
    const { keys } = JSON.parse(jwks) as { keys: [JWK] };
    for (const form of [jwks, JSON.stringify(keys[0]), keys[0].x ?? ""]) {
      await refused(await token(good(), { alg: "HS256" }, bytes(form.padEnd(32, " "))));
    }
  });

  it("that was altered: claims, signature, or one that was remembered", async () => {
    const whole = await token(good());
    expect((await answerTo(whole)).status).toBe(200);
    supergraph.subgraphs.users.fetches.length = 0;
    const [header, , signature = ""] = whole.split(".");
    const claims = Buffer.from(JSON.stringify({ ...good(), sub: "u2" })).toString("base64url");
    await refused(`${header}.${claims}.${signature}`);
    await refused(`${whole.slice(0, -4)}${whole.endsWith("AAAA") ? "BBBB" : "AAAA"}`);
  });

  it("that is no access token: a refresh token, forwarded claims, half a token", async () => {
    await refused(Buffer.alloc(32, 7).toString("base64url"));
    const caller = { sub: "u1", roles: ["admin"], permissions: ["*"], client: "user" } as const;
    for (const audience of ["users", "gateway", "supergraph"]) {
      await refused(await signForwardedIdentity({ caller, request: {} }, audience, secret));
    }
    await refused((await token(good())).split(".").slice(0, 2).join("."));
    await refused("a.b.c.d.e");
  });
});
