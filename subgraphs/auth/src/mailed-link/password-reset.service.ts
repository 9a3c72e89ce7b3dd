import type { AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository } from "../account/account.repository.js";
import type { EndOfAccess } from "../account/end-of-access.js";
import { assertGoodPassword } from "../account/password-policy.js";
import { hashPassword } from "../account/password.js";
import type { MailService } from "../mail/mail.service.js";
import type { RateLimits } from "../rate-limit/rate-limits.js";
import type { SignInGuard } from "../rate-limit/sign-in-guard.js";
import { mayMail } from "./mail-limits.js";
import type { MailedLinks } from "./mailed-links.js";

const EMAIL_LENGTH = 254;

export interface PasswordResetDependencies {
  accounts: AccountRepository;
  endOfAccess: EndOfAccess;
  limits: RateLimits;
  guard: SignInGuard;
  mail: MailService;
  links: MailedLinks;
  audit: AuditTrail;
}

/** A new password for who has lost theirs, by a link that was mailed to them. */
export class PasswordResetService {
  constructor(
    private readonly caller: Caller,
    private readonly use: PasswordResetDependencies,
  ) {}

  /** The same statements for every address: who asks can't tell whether there is an account. @throws SystemError MAIL_NOT_SET_UP, TOO_MANY_REQUESTS */
  async request(email: string): Promise<boolean> {
    const { accounts, mail, limits, audit } = this.use;
    mail.assertSetUp();
    if (email.length > EMAIL_LENGTH)
      throw invalidInput({ path: "email", message: `at most ${EMAIL_LENGTH} characters` });
    const account = await accounts.findByEmail(email);
    this.describeWhoAsks(account?.user_id);
    if (account) audit.describe({ target: { type: "User", id: account.user_id, label: account.email } });
    if (await mayMail("reset-password", email, { limits, caller: this.caller })) await mail.passwordReset(email);
    return true;
  }

  /**
   * Everybody may read the events of what they did: those of asking for another's address are nobody's, or they would
   * tell whose it is, and whether it is anybody's.
   */
  private describeWhoAsks(userId: string | undefined): void {
    const asking = this.caller.claims;
    if (!asking || asking.sub === userId) return;
    const { sub: askedBy, act } = asking;
    const metadata = { askedBy, ...(act && { impersonatorId: act.sub }) };
    this.use.audit.describe({ actor: { type: "anonymous" }, metadata });
  }

  /**
   * Sets the password and ends every session. It signs nobody in: signing in asks for the second factor as ever. Of an
   * account whose address nobody had proved it ends the API keys as well: whoever registered it, with an address that
   * may be another's, must not stay in it.
   * @throws SystemError LINK_INVALID, INVALID_INPUT
   */
  async reset(token: string, newPassword: string): Promise<boolean> {
    const { accounts, endOfAccess, guard, mail, links, audit } = this.use;
    const opened = await links.open(token, "reset-password", "set-password");
    const { user_id: userId, email, email_verified: wasVerified } = opened.account;
    await assertGoodPassword(newPassword, "newPassword", { email, names: [] });
    const passwordHash = await hashPassword(newPassword);
    await links.use(opened);
    // That they read the mail proves the address.
    const change = { password_hash: passwordHash, email_verified: true };
    if (!(await accounts.updateActive({ user_id: userId, email }, change))) throw new SystemError("LINK_INVALID");
    if (!wasVerified) {
      const changes = [{ field: "emailVerified", before: false, after: true }];
      audit.describe({ changes, metadata: { apiKeysEnded: await endOfAccess.ofApiKeys(userId) } });
    }
    await endOfAccess.ofSessions(userId);
    await guard.lift(userId, this.caller.identity.request.ip);
    await mail.endLinks(userId);
    await mail.notice("password-changed", userId);
    audit.describe({ changes: [{ field: "password", before: null, after: null, redacted: true }] });
    return true;
  }
}
