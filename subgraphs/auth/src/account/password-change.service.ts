import type { AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { MailService } from "../mail/mail.service.js";
import type { SignInGuard } from "../rate-limit/sign-in-guard.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import type { SessionRepository } from "../session/session.repository.js";
import type { AccountRepository, AccountRow } from "./account.repository.js";
import { normalized, type Passwords } from "./password.js";
import { assertGoodPassword } from "./password-policy.js";

export interface PasswordChangeDependencies {
  database: Database;
  accounts: AccountRepository;
  sessions: SessionRepository;
  sessionChanges: SessionChangeRepository;
  passwords: Passwords;
  guard: SignInGuard;
  mail: MailService;
  audit: AuditTrail;
}

/** A new password for who knows the one they have. */
export class PasswordChangeService {
  constructor(
    private readonly caller: Caller,
    private readonly use: PasswordChangeDependencies,
  ) {}

  /**
   * Sets the password, ends every session but the one that asks and the links that were mailed, and tells by mail.
   * @throws SystemError IN_PERSON_ONLY, INVALID_CREDENTIALS, INVALID_INPUT, TOO_MANY_REQUESTS, TOO_BUSY
   */
  async change(currentPassword: string, newPassword: string): Promise<boolean> {
    const { accounts, passwords, mail, audit } = this.use;
    const { sub, email: label } = this.caller.signedIn();
    audit.describe({ target: { type: "User", id: sub, ...(label !== undefined && { label }) } });
    const { sid } = this.caller.inPerson();
    const account = await this.proven(sub, currentPassword);
    await assertGoodPassword(newPassword, "newPassword", { email: account.email, names: [] });
    if (normalized(newPassword) === normalized(currentPassword)) {
      throw invalidInput({ path: "newPassword", message: "must be another than the current one" });
    }
    const passwordHash = await passwords.hash(newPassword);
    // Another change was faster: the current password is no longer this one.
    if (!(await accounts.replacePassword(account, passwordHash))) throw new SystemError("INVALID_CREDENTIALS");
    const sessionsEnded = await this.endOtherSessions(sub, sid);
    await mail.endLinks(sub);
    await mail.notice("password-changed", sub);
    audit.describe({
      changes: [{ field: "password", before: null, after: null, redacted: true }],
      metadata: { sessionsEnded },
    });
    return true;
  }

  /** The account, once the password was right; a wrong one counts as a failed sign-in does. */
  private async proven(userId: string, password: string): Promise<AccountRow> {
    const { database, accounts, guard, passwords } = this.use;
    // On its own, so that no connection is held while the password is hashed.
    const account = await database.independently(() => accounts.findById(userId));
    if (!account) throw new SystemError("INVALID_CREDENTIALS");
    const guess = { email: account.email, userId, ip: this.caller.identity.request.ip };
    if (!(await guard.password(guess, () => passwords.match(password, account.password_hash)))) {
      throw new SystemError("INVALID_CREDENTIALS");
    }
    return account;
  }

  private async endOtherSessions(userId: string, current: string | undefined): Promise<number> {
    const { sessions, sessionChanges } = this.use;
    const ended = await sessions.endOthers(userId, current);
    for (const { id } of ended) await sessionChanges.append("session", id);
    return ended.length;
  }
}
