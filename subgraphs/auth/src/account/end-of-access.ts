import type { ApiKeyRepository } from "../api-key/api-key.repository.js";
import type { MailService } from "../mail/mail.service.js";
import type { RoleRepository } from "../role/role.repository.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import type { SessionRepository } from "../session/session.repository.js";

/** Ends what lets a person in. The one place: whatever else comes to let people in ends here as well. */
export class EndOfAccess {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly roles: RoleRepository,
    private readonly mail: MailService,
    private readonly sessionChanges: SessionChangeRepository,
  ) {}

  /** Ends the person's sessions, and those in which they act as somebody else; gateways hear of it. */
  async ofSessions(userId: string): Promise<void> {
    await this.sessions.end({ user_id: userId });
    for (const { id } of await this.sessions.end({ impersonator_id: userId })) {
      await this.sessionChanges.append("session", id);
    }
    await this.sessionChanges.append("user", userId);
  }

  /** Ends the person's API keys; how many there were. Gateways hear of it by what `ofSessions` tells them. */
  ofApiKeys(userId: string): Promise<number> {
    return this.apiKeys.revokeAll(userId);
  }

  /** Ends all of it: sessions with their refresh tokens, API keys, links that were mailed, and roles. */
  async ofEverything(userId: string): Promise<void> {
    await this.ofSessions(userId);
    await this.sessions.deleteRefreshTokens(userId);
    await this.ofApiKeys(userId);
    await this.mail.endLinks(userId);
    await this.roles.revokeAll(userId);
  }
}
