import { SignJWT, errors, jwtVerify, type CryptoKey } from "jose";
import { SystemError } from "@supergraph/errors";
import type { Claims, ForwardedIdentity, RequestFacts } from "./claims.js";

const ISSUER = "gateway";
const TYPE = "claims+jwt";
const LIFETIME_SECONDS = 60;

/** Keys by secret: jose would import the bytes anew for every token. */
const keys = new WeakMap<Uint8Array, Promise<CryptoKey>>();

function keyOf(secret: Uint8Array): Promise<CryptoKey> {
  const known = keys.get(secret);
  if (known) return known;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = crypto.subtle.importKey("raw", new Uint8Array(secret), hmac, false, ["sign", "verify"]);
  keys.set(secret, key);
  return key;
}

/**
 * The header `x-claims`: a JWT (RFC 7519), HS256 with the secret that the services share, for one audience and 60 s.
 * A subgraph takes identity from this alone; nothing that a client sends can stand for it.
 */
export async function signForwardedIdentity(
  identity: ForwardedIdentity,
  audience: string,
  secret: Uint8Array,
): Promise<string> {
  const { sub, ...claims } = identity.caller ?? { sub: undefined };
  const token = new SignJWT({ ...claims, request: identity.request })
    .setProtectedHeader({ alg: "HS256", typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`);
  if (sub !== undefined) token.setSubject(sub);
  return token.sign(await keyOf(secret));
}

/**
 * Reads `x-claims`.
 * @throws SystemError CLAIMS_INVALID when the signature, type, audience, issuer or time does not hold.
 */
export async function verifyForwardedIdentity(
  token: string,
  audience: string,
  secret: Uint8Array,
): Promise<ForwardedIdentity> {
  try {
    const { payload } = await jwtVerify<Partial<Claims> & { request?: RequestFacts }>(token, await keyOf(secret), {
      algorithms: ["HS256"],
      typ: TYPE,
      issuer: ISSUER,
      audience,
      requiredClaims: ["exp", "iat"],
      maxTokenAge: LIFETIME_SECONDS,
      clockTolerance: 5,
    });
    const { sub, sid, email, keyId, act, amr, client = "user", roles = [], permissions = [], request = {} } = payload;
    if (sub === undefined) return { caller: undefined, request };
    return {
      caller: {
        sub,
        client,
        roles,
        permissions,
        ...(sid !== undefined && { sid }),
        ...(email !== undefined && { email }),
        ...(keyId !== undefined && { keyId }),
        ...(act !== undefined && { act }),
        ...(amr !== undefined && { amr }),
      },
      request,
    };
  } catch (cause) {
    if (cause instanceof errors.JOSEError) throw new SystemError("CLAIMS_INVALID", { cause });
    throw cause;
  }
}
