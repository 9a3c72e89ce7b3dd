import { SignJWT, createLocalJWKSet, errors, jwtVerify, type CryptoKey, type JSONWebKeySet } from "jose";
import { SystemError } from "@supergraph/errors";

/** RFC 9068 section 2.1: tells an access token from every other JWT. */
const TYPE = "at+jwt";
const ALGORITHM = "ES256";
export const ACCESS_TOKEN_SECONDS = 15 * 60;

export interface AccessToken {
  userId: string;
  sessionId: string;
}

export interface TokenParties {
  issuer: string;
  audience: string;
}

/** Signs an access token (RFC 9068), ES256, 15 minutes. */
export async function signAccessToken(
  { userId, sessionId }: AccessToken,
  { issuer, audience }: TokenParties,
  key: { kid: string; privateKey: CryptoKey },
): Promise<string> {
  return new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: TYPE })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
    .sign(key.privateKey);
}

/** How long the fetched keys serve before they are fetched again. */
const KEYS_FRESH_MS = 5 * 60_000;
/** An unknown `kid` fetches the keys at most this often, or a client could make us fetch for every request. */
const REFETCH_PAUSE_MS = 2_000;

/**
 * Verifies access tokens against the JWKS (RFC 7517) that `fetchKeys` brings.
 * The algorithm is fixed here, never read from the token (RFC 8725 section 3.1).
 */
export class AccessTokenVerifier {
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #kids = new Set<string>();
  #fetchedAt = -Infinity;
  #fetching: Promise<void> | undefined;

  constructor(
    private readonly fetchKeys: () => Promise<JSONWebKeySet>,
    private readonly parties: TokenParties,
  ) {}

  /** @throws SystemError TOKEN_EXPIRED or TOKEN_INVALID; whatever `fetchKeys` throws when the keys can't be had. */
  async verify(token: string): Promise<AccessToken> {
    try {
      const { payload } = await jwtVerify<{ sid?: unknown }>(token, (header, jws) => this.#keyFor(header, jws), {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: this.parties.issuer,
        audience: this.parties.audience,
        requiredClaims: ["exp", "iat", "sub", "jti", "sid"],
      });
      if (typeof payload.sub !== "string" || typeof payload.sid !== "string") throw new SystemError("TOKEN_INVALID");
      return { userId: payload.sub, sessionId: payload.sid };
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw new SystemError("TOKEN_EXPIRED", { cause });
      if (cause instanceof errors.JOSEError) throw new SystemError("TOKEN_INVALID", { cause });
      throw cause;
    }
  }

  async #keyFor(...[header, jws]: Parameters<ReturnType<typeof createLocalJWKSet>>): Promise<CryptoKey> {
    const kid = header?.kid;
    if (kid === undefined) throw new SystemError("TOKEN_INVALID");
    const age = Date.now() - this.#fetchedAt;
    if (age > KEYS_FRESH_MS || (!this.#kids.has(kid) && age > REFETCH_PAUSE_MS)) await this.#fetchOnce();
    if (!this.#keys) throw new SystemError("SERVICE_OUT_OF_REACH");
    return this.#keys(header, jws);
  }

  #fetchOnce(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    try {
      const set = await this.fetchKeys();
      this.#keys = createLocalJWKSet(set);
      this.#kids = new Set(set.keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid])));
      this.#fetchedAt = Date.now();
    } catch (error) {
      // Keys that were good a moment ago still are: an auth service that is away must not sign everybody out.
      if (!this.#keys) throw error;
    }
  }
}
