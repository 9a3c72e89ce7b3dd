import { systemErrorOf } from "@supergraph/errors";
import type { AccessTokenVerifier } from "@supergraph/identity";
import { hashOfToken } from "../session/refresh-token.js";
import type { RefreshTokenRepository } from "../session/refresh-token.repository.js";
import type { KeyRing } from "../signing-key/key-ring.js";

/** What somebody presents as a token, as far as it is one of ours. */
export interface PresentedToken {
  kind: "access" | "refresh";
  sessionId: string;
  /** Whose it says it is; a refresh token does not say. */
  subject?: string;
  /** Whether it could still be used, if its session is live. */
  isUsable: boolean;
}

/** Says what a token is, whatever its holder takes it for (RFC 7662 section 2.1 makes the hint no more than a hint). */
export class TokenReader {
  #kids = "";

  constructor(
    private readonly verifier: AccessTokenVerifier,
    private readonly refreshTokens: RefreshTokenRepository,
    private readonly keys: Pick<KeyRing, "publicKeys">,
  ) {}

  /** Undefined: none of ours, or an access token that has expired. */
  async read(token: string): Promise<PresentedToken | undefined> {
    const refresh = await this.refreshTokens.find(hashOfToken(token));
    if (refresh) return { kind: "refresh", sessionId: refresh.session_id, isUsable: refresh.is_usable };
    await this.keepKeys();
    try {
      const { userId, sessionId } = await this.verifier.verify(token);
      return { kind: "access", sessionId, subject: userId, isUsable: true };
    } catch (error) {
      const reason = systemErrorOf(error)?.reason;
      if (reason === "TOKEN_INVALID" || reason === "TOKEN_EXPIRED") return undefined;
      throw error;
    }
  }

  /** The verifier remembers keys, and tokens; a replica may have revoked a key a moment ago, or begun to sign with one. */
  private async keepKeys(): Promise<void> {
    const kids = (await this.keys.publicKeys()).keys.map(({ kid }) => kid).join();
    if (kids === this.#kids) return;
    this.#kids = kids;
    this.verifier.forgetKeys();
  }
}
