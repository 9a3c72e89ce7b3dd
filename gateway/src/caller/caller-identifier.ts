import { SystemError } from "@supergraph/errors";
import { hashOfApiKey, isApiKey, isWholeApiKey, type AccessToken, type Claims } from "@supergraph/identity";
import type { FastifyRequest } from "fastify";
import { bearerToken } from "./bearer-token.js";
import { Caller } from "./caller.js";

export interface IdentifierParts {
  verifier: { verify(token: string): Promise<AccessToken> };
  sessions: { claimsOf(sessionId: string): Promise<Claims | undefined> };
  /** By the key's hash, in base64url. */
  apiKeys: { claimsOf(secretHash: string): Promise<Claims | undefined> };
  use: { note(claims: Claims): void };
  feed: { readonly isAlive: boolean };
}

/** Reasons for which a credential once was good, or might have been. */
const LAPSED = new Set<string>(["TOKEN_EXPIRED", "TOKEN_INVALID", "SESSION_ENDED", "API_KEY_INVALID"]);

/** Says who sends a request, by its access token and the session behind it, or its API key; nothing else counts. */
export class CallerIdentifier {
  constructor(private readonly parts: IdentifierParts) {}

  /**
   * Nobody without an Authorization header, and with a credential that has lapsed: then `lapsed` says why.
   * @throws SystemError TOKEN_INVALID when the header holds no token, SERVICE_OUT_OF_REACH when it can't be known whose the credential is
   */
  async identify(request: FastifyRequest): Promise<Caller> {
    const credential = bearerToken(request.headers.authorization);
    if (credential === undefined) return anonymous(request);
    try {
      const claims = await (isApiKey(credential) ? this.#holderOf(credential) : this.#bearerOf(credential));
      this.parts.use.note(claims);
      return new Caller(factsOf(request), claims);
    } catch (error) {
      if (error instanceof SystemError && LAPSED.has(error.reason)) return anonymous(request, error);
      throw error;
    }
  }

  async #holderOf(apiKey: string): Promise<Claims> {
    if (!isWholeApiKey(apiKey)) throw new SystemError("API_KEY_INVALID");
    if (!this.parts.feed.isAlive) throw new SystemError("SERVICE_OUT_OF_REACH");
    const claims = await this.parts.apiKeys.claimsOf(hashOfApiKey(apiKey).toString("base64url"));
    if (!claims) throw new SystemError("API_KEY_INVALID");
    return claims;
  }

  async #bearerOf(token: string): Promise<Claims> {
    const { userId, sessionId } = await this.parts.verifier.verify(token);
    if (!this.parts.feed.isAlive) throw new SystemError("SERVICE_OUT_OF_REACH");
    const claims = await this.parts.sessions.claimsOf(sessionId);
    if (!claims) throw new SystemError("SESSION_ENDED");
    if (claims.sub !== userId) throw new SystemError("TOKEN_INVALID");
    return claims;
  }
}

/** Somebody who has shown no token that counts. */
export function anonymous(request: FastifyRequest, lapsed?: SystemError): Caller {
  return new Caller(factsOf(request), undefined, lapsed);
}

function factsOf({ ip, headers }: FastifyRequest) {
  const userAgent = headers["user-agent"];
  return { ip, ...(userAgent !== undefined && { userAgent }) };
}
