import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OpenidProvider } from "./openid-provider.js";

const CLIENT_ID = "supergraph";
const CALLBACK = "http://localhost:4000/oauth/callback";
const CHECKS = { state: "state", nonce: "nonce", codeVerifier: "v".repeat(43) };

describe("what the outside provider says of a person", () => {
  let server: Server;
  let issuer: string;
  let published: CryptoKey;
  let signing: CryptoKey;
  beforeAll(async () => {
    const pair = await generateKeyPair("RS256");
    published = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: "one", alg: "RS256", use: "sig" };
    const answers: Record<string, () => object | Promise<object>> = {
      "/.well-known/openid-configuration": () => ({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
      }),
      "/jwks": () => ({ keys: [jwk] }),
      "/token": async () => ({ access_token: "a", token_type: "Bearer", id_token: await idToken() }),
    };
    server = createServer((request, response) => {
      void Promise.resolve(answers[request.url ?? ""]?.()).then((body) => {
        response.writeHead(body ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const idToken = () =>
    new SignJWT({ nonce: CHECKS.nonce, email: "ada@example.com", email_verified: true })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(issuer)
      .setAudience(CLIENT_ID)
      .setSubject("ada")
      .setIssuedAt()
      .setExpirationTime("1m")
      .sign(signing);
  const personOf = () => {
    const settings = { issuer, clientId: CLIENT_ID, clientSecret: "secret", redirectUris: [] };
    return new OpenidProvider(settings, CALLBACK).personOf(`code=c&state=${CHECKS.state}`, CHECKS);
  };

  it("counts when one of its published keys has signed it", async () => {
    signing = published;
    expect(await personOf()).toMatchObject({ issuer, sub: "ada", email: "ada@example.com", email_verified: true });
  });

  it("counts for nothing when another key has", async () => {
    signing = (await generateKeyPair("RS256")).privateKey;
    await expect(personOf()).rejects.toMatchObject({ reason: "EXTERNAL_SIGN_IN_FAILED" });
  });
});
