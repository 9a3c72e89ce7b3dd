import { SystemError } from "@supergraph/errors";
import type { AccessToken, Claims } from "@supergraph/identity";
import type { FastifyRequest } from "fastify";
import { bearerToken } from "./bearer-token.js";
import { Caller } from "./caller.js";

export interface IdentifierParts {
  verifier: { verify(token: string): Promise<AccessToken> };
  sessions: { claimsOf(sessionId: string): Promise<Claims | undefined> };
  feed: { readonly isAlive: boolean };
}

/** Says who sends a request, by its access token and the session behind it; nothing else of the request counts. */
export class CallerIdentifier {
  constructor(private readonly parts: IdentifierParts) {}

  /**
   * Nobody without an Authorization header, and with a token that has lapsed: then `lapsed` says why.
   * @throws SystemError TOKEN_INVALID, or SERVICE_OUT_OF_REACH when the token's session can't be known
   */
  async identify(request: FastifyRequest): Promise<Caller> {
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) return anonymous(request);
    try {
      return new Caller(factsOf(request), await this.#claimsOf(token));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.reason === "TOKEN_EXPIRED" || error.reason === "SESSION_ENDED") return anonymous(request, error);
      throw error;
    }
  }

  async #claimsOf(token: string): Promise<Claims> {
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
