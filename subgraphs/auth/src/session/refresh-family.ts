import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import { hashOfToken, type RefreshTokens } from "./refresh-token.js";
import type { RefreshTokenRepository } from "./refresh-token.repository.js";
import type { SessionChangeRepository } from "./session-change.repository.js";
import { LONGEST_SESSION_SECONDS, SESSION_SECONDS } from "./session-issuer.js";
import type { SessionRepository, SessionRow } from "./session.repository.js";

/** How long a refresh token that has just been replaced may come again: tabs race, and answers get lost. */
const RACE_SECONDS = 10;

interface RefreshFamilyParts {
  database: Database;
  sessions: SessionRepository;
  refreshTokens: RefreshTokenRepository;
  tokens: RefreshTokens;
  sessionChanges: SessionChangeRepository;
  audit: AuditTrail;
}

/** The refresh tokens of a session, each the successor of the one before (RFC 9700 section 4.14.2). */
export class RefreshFamily {
  constructor(private readonly use: RefreshFamilyParts) {}

  /**
   * A token works once. The one just replaced may come again for 10 s, and brings the same successor; any other reuse
   * is a thief's, or its victim's: nobody can tell, so it ends the session.
   * @throws SystemError REFRESH_TOKEN_INVALID, REFRESH_TOKEN_REUSED
   */
  async trade(token: string): Promise<{ session: SessionRow; successor: string }> {
    const { refreshTokens, tokens, sessions } = this.use;
    const tokenHash = hashOfToken(token);
    const successor = tokens.successorOf(token);
    const used = await refreshTokens.use(tokenHash);
    const sessionId = used?.session_id ?? (await this.sessionOfReplaced(tokenHash));
    const session = await sessions.extend(sessionId, SESSION_SECONDS, LONGEST_SESSION_SECONDS);
    if (!session) throw new SystemError("REFRESH_TOKEN_INVALID");
    if (used) {
      await refreshTokens.insert(
        { token_hash: hashOfToken(successor), session_id: session.id, generation: used.generation + 1 },
        SESSION_SECONDS,
      );
    }
    return { session, successor };
  }

  private async sessionOfReplaced(tokenHash: Buffer): Promise<string> {
    const replaced = await this.use.refreshTokens.findUsed(tokenHash, RACE_SECONDS);
    if (!replaced) throw new SystemError("REFRESH_TOKEN_INVALID");
    if (replaced.may_race) return replaced.session_id;
    await this.end(replaced.session_id);
    throw new SystemError("REFRESH_TOKEN_REUSED");
  }

  /** Stays although the refresh fails: on its own. Who comes to a family that has ended is not suspected again. */
  private async end(sessionId: string): Promise<void> {
    const { database, sessions, sessionChanges, audit } = this.use;
    await database.independently(async () => {
      const [ended] = await sessions.end({ id: sessionId });
      if (!ended) return;
      await sessionChanges.append("session", sessionId);
      audit.describe({
        actor: {
          type: "anonymous",
          id: ended.user_id,
          sessionId,
          ...(ended.impersonator_id !== null && { impersonatorId: ended.impersonator_id }),
        },
        target: { type: "User", id: ended.user_id },
        metadata: { suspicious: true },
      });
    });
  }
}
