import { readFile } from "node:fs/promises";
import path from "node:path";
import { CompactSign, exportJWK, exportSPKI, generateKeyPair, importJWK, type CryptoKey, type JWK } from "jose";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { signForwardedIdentity } from "../../packages/identity/src/index.js";
import { Client, endpoint, register, type Person } from "../harness/client.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const part = (token: string, index: 0 | 1) => Buffer.from(token.split(".")[index] ?? "", "base64url").toString();

// What takes our own private key to make is in the gateway's tests, claim by claim.
describe("a token that somebody else made, or that is for something else, is refused", () => {
  let person: Person;
  let accessToken: string;
  let header: { kid: string };
  let publicJwk: JWK;
  let stranger: CryptoKey;
  let strangersJwk: JWK;
  beforeAll(async () => {
    person = await register("Sven");
    accessToken = person.accessToken ?? "";
    header = JSON.parse(part(accessToken, 0)) as { kid: string };
    const jwks = await fetch(`${inject("supergraph").origin}/.well-known/jwks.json`);
    const { keys } = (await jwks.json()) as { keys: JWK[] };
    publicJwk = keys.find(({ kid }) => kid === header.kid) ?? {};
    const pair = await generateKeyPair("ES256", { extractable: true });
    stranger = pair.privateKey;
    strangersJwk = await exportJWK(pair.publicKey);
  });

  /** The claims of a true token, signed by somebody else. */
  const forged = (changes: object, key: CryptoKey | Uint8Array = stranger) =>
    new CompactSign(bytes(part(accessToken, 1)))
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: header.kid, ...changes })
      .sign(key);
  const unsigned = (alg: string) =>
    `${Buffer.from(JSON.stringify({ ...header, alg })).toString("base64url")}.${accessToken.split(".")[1]}.`;
  const refusal = async (bearer: string) => {
    const { status, headers, errors } = await new Client(endpoint(), bearer).send("{ me { id } }");
    const { code, reason } = errors?.[0]?.extensions ?? {};
    return { status, code, reason, challenge: headers.get("www-authenticate") };
  };
  const refused = {
    status: 401,
    code: "UNAUTHENTICATED",
    reason: "TOKEN_INVALID",
    challenge: 'Bearer error="invalid_token"',
  };

  it("when another key signed it, whatever its header says of the key", async () => {
    const headers = [
      {},
      { kid: "unknown" },
      { jwk: strangersJwk },
      { jku: "http://127.0.0.1:9/jwks.json" },
      { x5c: ["MIIB"] },
    ];
    for (const changes of headers)
      expect(await refusal(await forged(changes)), JSON.stringify(changes)).toEqual(refused);
  });

  it("when nobody signed it, or somebody with the public key as a secret", async () => {
    expect(await refusal(unsigned("none"))).toEqual(refused);
    expect(await refusal(unsigned("ES256"))).toEqual(refused);
    const pem = await exportSPKI((await importJWK(publicJwk, "ES256", { extractable: true })) as CryptoKey);
    for (const secret of [pem, JSON.stringify(publicJwk)]) {
      expect(await refusal(await forged({ alg: "HS256" }, bytes(secret)))).toEqual(refused);
    }
  });

  it("when it is a refresh token, or what the gateway tells the services", async () => {
    expect(await refusal(person.refreshToken)).toEqual(refused);
    const file = path.join(inject("supergraph").dataDirectory, "secrets.json");
    const { gatewaySecret } = JSON.parse(await readFile(file, "utf8")) as { gatewaySecret: string };
    const caller = { sub: person.id, roles: ["admin"], permissions: ["*"], client: "user" } as const;
    const claims = await signForwardedIdentity({ caller, request: {} }, "users", bytes(gatewaySecret));
    expect(await refusal(claims)).toEqual(refused);
    // The very same is what a service takes, so that it is the gateway which refuses it.
    const users = new Client(`http://127.0.0.1:${inject("supergraph").ports.users}/graphql`);
    expect((await users.send("{ me { id } }", {}, { "x-claims": claims })).data).toEqual({ me: { id: person.id } });
  });

  it("when it is an access token where a refresh token, or what the gateway tells the services, belongs", async () => {
    const { extensions } = await new Client().error(
      "mutation ($token: String!) { refreshSession(refreshToken: $token) { session { id } } }",
      { token: accessToken },
    );
    expect(extensions).toMatchObject({ code: "UNAUTHENTICATED", reason: "REFRESH_TOKEN_INVALID" });
    const users = new Client(`http://127.0.0.1:${inject("supergraph").ports.users}/graphql`);
    const answer = await users.send("{ me { id } }", {}, { "x-claims": accessToken });
    expect(answer.status).toBe(401);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED", reason: "CLAIMS_INVALID" });
    expect(await refusal(accessToken)).toMatchObject({ status: 200 });
  });
});
