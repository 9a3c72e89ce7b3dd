import { SystemError } from "@supergraph/errors";
import { SignJWT, errors, jwtVerify, type CryptoKey, type JSONWebKeySet } from "jose";
import { LRUCache } from "lru-cache";
import { FetchedKeys } from "./fetched-keys.js";

/** RFC 9068 section 2.1: tells an access token from every other JWT. */
const TYPE = "at+jwt";
const ALGORITHM = "ES256";
export const ACCESS_TOKEN_SECONDS = 15 * 60;

/** The client that people's own applications are: public, they hold no secret (RFC 6749 section 2.1). */
export const PUBLIC_CLIENT = "web";

export interface AccessToken {
  /** Of a service account's token: the account's id. */
  userId: string;
  sessionId: string;
}

/** Which client holds the token, and what it was narrowed to. */
export interface TokenClient {
  clientId: string;
  scope?: string;
}

export interface TokenParties {
  issuer: string;
  audience: string;
}

/** Signs an access token (RFC 9068), ES256, 15 minutes unless told. */
export async function signAccessToken(
  { userId, sessionId, seconds = ACCESS_TOKEN_SECONDS }: AccessToken & { seconds?: number },
  { issuer, audience }: TokenParties,
  key: { kid: string; privateKey: CryptoKey },
  { clientId, scope }: TokenClient = { clientId: PUBLIC_CLIENT },
): Promise<string> {
  return new SignJWT({ sid: sessionId, client_id: clientId, ...(scope !== undefined && { scope }) })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: TYPE })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${seconds}s`)
    .sign(key.privateKey);
}

/** Seconds that the clock of who signed may be ahead of ours. */
const CLOCK_SKEW_SECONDS = 30;
const MAXIMUM_REMEMBERED = 10_000;

interface Remembered {
  readonly token: AccessToken;
  /** Seconds of the epoch. */
  readonly expiresAt: number;
  /** Of the keys that it was verified under. */
  readonly generation: number;
}

/**
 * Verifies access tokens against the JWKS (RFC 7517) that `fetchKeys` brings.
 * The algorithm is fixed here, never read from the token (RFC 8725 section 3.1). A token that was verified is
 * remembered: until it expires, and while the keys are the same.
 */
export class AccessTokenVerifier {
  readonly #keys: FetchedKeys;
  readonly #remembered = new LRUCache<string, Remembered>({ max: MAXIMUM_REMEMBERED });

  constructor(
    fetchKeys: () => Promise<JSONWebKeySet>,
    private readonly parties: TokenParties,
  ) {
    this.#keys = new FetchedKeys(fetchKeys);
  }

  /** @throws SystemError TOKEN_EXPIRED or TOKEN_INVALID; whatever `fetchKeys` throws when the keys can't be had. */
  async verify(token: string): Promise<AccessToken> {
    const { generation } = this.#keys;
    const known = this.#remembered.get(token);
    if (known && known.generation === generation && secondsNow() < known.expiresAt) return known.token;
    const { expiresAt, ...verified } = await this.#verify(token);
    if (generation !== undefined) this.#remembered.set(token, { token: verified, expiresAt, generation });
    return verified;
  }

  /** The signing keys have changed: they are fetched again, and every token is verified again. */
  forgetKeys(): void {
    this.#keys.forget();
    this.#remembered.clear();
  }

  async #verify(token: string): Promise<AccessToken & { expiresAt: number }> {
    try {
      const { payload } = await jwtVerify<{ sid?: unknown }>(token, (header, jws) => this.#keys.keyFor(header, jws), {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: this.parties.issuer,
        audience: this.parties.audience,
        requiredClaims: ["exp", "iat", "sub", "jti", "sid"],
      });
      const { sub, sid, jti, exp, iat } = payload;
      const isWhole = isText(sub) && isText(sid) && isText(jti) && exp !== undefined && iat !== undefined;
      if (!isWhole || iat > secondsNow() + CLOCK_SKEW_SECONDS) throw new SystemError("TOKEN_INVALID");
      return { userId: sub, sessionId: sid, expiresAt: exp };
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw new SystemError("TOKEN_EXPIRED", { cause });
      if (cause instanceof errors.JOSEError) throw new SystemError("TOKEN_INVALID", { cause });
      throw cause;
    }
  }
}

const secondsNow = () => Math.floor(Date.now() / 1_000);

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
