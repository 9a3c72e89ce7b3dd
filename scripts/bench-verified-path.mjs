// What knowing the caller costs the gateway for each request: CPU of the whole process, garbage and crypto threads
// included, over requests of several hundred people, beside a bare verification of an ES256 signature.
import { isMain } from "./is-main.mjs";

const PEOPLE = 500;
const ROUNDS = 200;
const BARE = 5_000;
const LIMIT_MS = 0.15;
const parties = { issuer: "http://localhost:4000", audience: "supergraph" };
const kid = "bench";

/** Prints what it costs. Throws when it is more than 0.15 ms of CPU a request. */
export async function reportVerifiedPath() {
  const { AccessTokenVerifier, signAccessToken } = await import("@supergraph/identity");
  const { CallerIdentifier } = await import("../gateway/dist/caller/caller-identifier.js");
  const { CredentialCache } = await import("../gateway/dist/caller/credential-cache.js");
  const { CredentialUse } = await import("../gateway/dist/caller/credential-use.js");
  const { exportJWK, generateKeyPair, jwtVerify } = await import("jose");
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };

  const verifier = new AccessTokenVerifier(() => Promise.resolve({ keys: [jwk] }), parties);
  const sessions = new CredentialCache((sid) => Promise.resolve({ claims: claimsOf(sid) }));
  const apiKeys = new CredentialCache(() => Promise.resolve(undefined));
  const use = new CredentialUse(() => Promise.resolve());
  const callers = new CallerIdentifier({ verifier, sessions, apiKeys, use, feed: { isAlive: true } });
  const tokens = await Promise.all(
    Array.from({ length: PEOPLE }, (_, n) =>
      signAccessToken({ userId: `user-${n}`, sessionId: `session-${n}` }, parties, { kid, privateKey }),
    ),
  );
  const requests = tokens.map((token) => ({
    ip: "192.0.2.1",
    headers: { authorization: `Bearer ${token}`, "user-agent": "bench" },
  }));
  // Twice: what is verified before the keys are known is not remembered.
  for (let round = 0; round < 2; round++) for (const request of requests) await callers.identify(request);

  const bare = await cpuOf(BARE, (index) => jwtVerify(tokens[index % PEOPLE], publicKey));
  const known = await cpuOf(PEOPLE * ROUNDS, (index) => callers.identify(requests[index % PEOPLE]));
  const first = await cpuOf(BARE, (index) => {
    if (index % PEOPLE === 0) verifier.forgetKeys();
    return callers.identify(requests[index % PEOPLE]);
  });
  console.log(`
Knowing the caller (token, claims, session), ${PEOPLE} people: CPU at the gateway for each request

| measured | ms of CPU | ratio |
| --- | --- | --- |
| a bare ES256 verification | ${bare.toFixed(4)} | 1 (the yardstick) |
| the first request of a token | ${first.toFixed(4)} | ${(first / bare).toFixed(2)} |
| every later one | ${known.toFixed(4)} | ${(known / bare).toFixed(3)} |`);
  if (known > LIMIT_MS)
    throw new Error(`Knowing the caller takes ${known} ms of CPU a request; ${LIMIT_MS} is the limit`);
}

function claimsOf(sid) {
  const sub = sid.replace("session", "user");
  const permissions = ["users:read:own", "users:update:own", "sessions:read:own", "sessions:revoke:own"];
  return { sub, sid, email: `${sub}@example.com`, roles: ["user"], permissions, client: "user", amr: ["pwd"] };
}

/** Milliseconds of CPU, one after the other. */
async function cpuOf(times, work) {
  const before = process.cpuUsage();
  for (let index = 0; index < times; index++) await work(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / times;
}

if (isMain(import.meta.url)) await reportVerifiedPath();
