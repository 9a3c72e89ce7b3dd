import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Permission } from "@supergraph/identity";
import { isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type DataLoader from "dataloader";
import { sessionOf } from "./session-issuer.js";
import type { SessionChangeRepository } from "./session-change.repository.js";
import type { SessionRepository, SessionRow } from "./session.repository.js";
import type { Session } from "./session.type.js";

/** The rules of sessions, for one caller. */
export class SessionService {
  constructor(
    private readonly caller: Caller,
    private readonly sessions: SessionRepository,
    private readonly sessionChanges: SessionChangeRepository,
    private readonly byUser: DataLoader<string, SessionRow[]>,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws SystemError PERMISSION_MISSING for anybody but the person and holders of sessions:read */
  async ofUser(userId: string): Promise<Session[]> {
    if (!this.may("sessions:read", userId)) this.caller.require("sessions:read");
    return (await this.byUser.load(userId)).map(sessionOf);
  }

  /** Null when there is none that is live, or none that the caller may know of. */
  async find(id: string): Promise<Session | null> {
    const session = isId(id) ? await this.sessions.findLive(id) : undefined;
    return session && this.may("sessions:read", session.user_id) ? sessionOf(session) : null;
  }

  isCurrent(session: Session): boolean {
    return session.id === this.caller.claims?.sid;
  }

  /** Ends the caller's session and its refresh family. */
  async logout(): Promise<boolean> {
    const { sub, sid, email, client } = this.caller.signedIn();
    const type = client === "service" ? "ServiceAccount" : "User";
    this.audit.describe({ target: { type, id: sub, ...(email !== undefined && { label: email }) } });
    if (sid === undefined) return false;
    await this.end({ id: sid });
    return true;
  }

  /**
   * Ends all of the caller's sessions, those in which they act as somebody else among them; how many there were.
   * @throws SystemError IN_PERSON_ONLY
   */
  async logoutEverywhere(): Promise<number> {
    const { sub, email } = this.caller.signedIn();
    this.audit.describe({ target: { type: "User", id: sub, ...(email !== undefined && { label: email }) } });
    this.caller.inPerson();
    const [own, others] = [await this.end({ user_id: sub }), await this.end({ impersonator_id: sub })];
    const sessionsEnded = own.length + others.length;
    this.audit.describe({ metadata: { sessionsEnded } });
    return sessionsEnded;
  }

  /**
   * Who impersonates somebody ends that session alone.
   * @throws SystemError IN_PERSON_ONLY; SESSION_NOT_FOUND, also for another's session when the caller may not end it
   */
  async revoke(id: string): Promise<Session> {
    const { act, sid } = this.caller.signedIn();
    if (act && id !== sid) throw new SystemError("IN_PERSON_ONLY");
    const session = isId(id) ? await this.sessions.findLive(id) : undefined;
    const [ended] = session && this.may("sessions:revoke", session.user_id) ? await this.end({ id }) : [];
    if (!ended) throw new SystemError("SESSION_NOT_FOUND");
    this.audit.describe({
      changes: [{ field: "endedAt", before: null, after: ended.ended_at }],
      metadata: { userId: ended.user_id },
    });
    return sessionOf(ended);
  }

  /** Of a person's own sessions they may do all; their API key only what it was given. */
  private may(permission: Permission, userId: string): boolean {
    if (this.caller.may(permission)) return true;
    if (userId !== this.caller.id) return false;
    return this.caller.claims?.client === "user" || this.caller.may(`${permission}:own`);
  }

  private async end(which: Parameters<SessionRepository["end"]>[0]): Promise<SessionRow[]> {
    const ended = await this.sessions.end(which);
    for (const { id } of ended) await this.sessionChanges.append("session", id);
    return ended;
  }
}
