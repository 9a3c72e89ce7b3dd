import { ACCESS_TOKEN_SECONDS, signAccessToken, type RequestFacts, type TokenParties } from "@supergraph/identity";
import type { Bearer } from "../session/session-issuer.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import type { KeyRing } from "../signing-key/key-ring.js";
import type { ServiceAccountRow } from "./service-account.repository.js";
import type { ServiceSessionRepository } from "./service-session.repository.js";

export interface ServiceToken {
  accessToken: string;
  sessionId: string;
}

/** Opens and ends the sessions of service accounts, and says what each may do. */
export class ServiceSessions {
  constructor(
    private readonly sessions: ServiceSessionRepository,
    private readonly sessionChanges: SessionChangeRepository,
    private readonly keys: KeyRing,
    private readonly parties: TokenParties,
  ) {}

  /** An access token (RFC 9068) of its own session, for these of the account's permissions. */
  async open(
    { id }: Pick<ServiceAccountRow, "id">,
    permissions: readonly string[],
    { ip, userAgent }: RequestFacts,
  ): Promise<ServiceToken> {
    const sessionId = await this.sessions.insert(
      {
        service_account_id: id,
        permissions: [...permissions],
        ip: ip ?? null,
        user_agent: userAgent?.slice(0, 512) ?? null,
      },
      ACCESS_TOKEN_SECONDS,
    );
    const accessToken = await signAccessToken({ userId: id, sessionId }, this.parties, await this.keys.activeKey(), {
      clientId: id,
      scope: permissions.join(" "),
    });
    return { accessToken, sessionId };
  }

  /** Undefined when it is no service account's session, or has ended. */
  async bearerOf(sessionId: string): Promise<Bearer | undefined> {
    const session = await this.sessions.findLive(sessionId);
    if (!session) return undefined;
    const { id: sid, service_account_id: sub, permissions, expires_at: expiresAt } = session;
    return { claims: { sub, sid, roles: [], permissions, client: "service" }, expiresAt };
  }

  /** How many ended; gateways are told. */
  async end(which: { id: string } | { service_account_id: string }): Promise<number> {
    const ended = await this.sessions.end(which);
    for (const id of ended) await this.sessionChanges.append("session", id);
    return ended.length;
  }
}
