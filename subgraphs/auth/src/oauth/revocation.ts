import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { ServiceSessionRepository } from "../service-account/service-session.repository.js";
import type { ServiceSessions } from "../service-account/service-sessions.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import type { SessionRepository } from "../session/session.repository.js";
import type { ClientAuthentication } from "./client-authentication.js";
import type { OAuthRequest } from "./oauth-request.js";
import type { TokenReader } from "./presented-token.js";

interface RevocationParts {
  clients: ClientAuthentication;
  tokens: TokenReader;
  sessions: SessionRepository;
  sessionChanges: SessionChangeRepository;
  serviceSessions: ServiceSessions;
  serviceSessionRows: ServiceSessionRepository;
  audit: AuditTrail;
}

/** Ends what a token belongs to (RFC 7009): the session, and with it every token of the family. */
export class RevocationService {
  constructor(private readonly use: RevocationParts) {}

  /**
   * Also for a token that is none: then nothing happens (section 2.2). A service account's token takes its own
   * client's authentication (section 2.1); a person's is in the hands of a public client, and takes none.
   * @throws SystemError CLIENT_INVALID, TOKEN_OF_ANOTHER_CLIENT
   */
  async revoke(request: OAuthRequest): Promise<void> {
    const token = request.form.require("token");
    await this.use.audit.attempt(
      { action: "auth.revoke-token", identity: request.identity, path: "oauth/revoke" },
      async () => {
        const client = request.credentials && (await this.use.clients.authenticate(request));
        if (client) this.use.audit.describe({ actor: { type: "service", label: client.id } });
        const presented = await this.use.tokens.read(token);
        if (!presented) return;
        const owned = await this.use.serviceSessionRows.findLive(presented.sessionId);
        if (!owned) return this.endOfPerson(presented.sessionId);
        const { id } = client ?? (await this.use.clients.authenticate(request));
        if (owned.service_account_id !== id) throw new SystemError("TOKEN_OF_ANOTHER_CLIENT");
        this.use.audit.describe({ target: { type: "ServiceAccount", id }, metadata: { sessionId: owned.id } });
        await this.use.serviceSessions.end({ id: owned.id });
      },
    );
  }

  private async endOfPerson(sessionId: string): Promise<void> {
    const [ended] = await this.use.sessions.end({ id: sessionId });
    if (!ended) return;
    await this.use.sessionChanges.append("session", sessionId);
    const { user_id: id, impersonator_id: impersonatorId } = ended;
    this.use.audit.describe({
      actor: { type: "user", id, sessionId, ...(impersonatorId !== null && { impersonatorId }) },
      target: { type: "User", id },
    });
  }
}
