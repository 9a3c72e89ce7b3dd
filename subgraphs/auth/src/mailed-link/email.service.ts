import type { AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import { canonicalEmail, type Claims } from "@supergraph/identity";
import type { Database } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository } from "../account/account.repository.js";
import type { EmailChange } from "../account/email-change.service.js";
import type { Passwords } from "../account/password.js";
import type { MailService } from "../mail/mail.service.js";
import type { RateLimits } from "../rate-limit/rate-limits.js";
import type { SignInGuard } from "../rate-limit/sign-in-guard.js";
import { mayMail } from "./mail-limits.js";
import type { MailedLinks } from "./mailed-links.js";

export interface EmailDependencies {
  database: Database;
  accounts: AccountRepository;
  passwords: Passwords;
  limits: RateLimits;
  guard: SignInGuard;
  emailChange: EmailChange;
  mail: MailService;
  links: MailedLinks;
  audit: AuditTrail;
}

/** That an e-mail address is a person's own, for one caller. */
export class EmailService {
  constructor(
    private readonly caller: Caller,
    private readonly use: EmailDependencies,
  ) {}

  /** @throws SystemError IN_PERSON_ONLY, MAIL_NOT_SET_UP, TOO_MANY_REQUESTS */
  async requestVerification(): Promise<boolean> {
    const { sub } = this.self();
    this.use.mail.assertSetUp();
    const account = await this.use.accounts.findById(sub);
    const by = { limits: this.use.limits, caller: this.caller };
    if (account && (await mayMail("verify-email", account.email, by))) await this.use.mail.verification(sub);
    return true;
  }

  /** @throws SystemError LINK_INVALID */
  async verify(token: string): Promise<boolean> {
    const { links, accounts, audit } = this.use;
    const opened = await links.open(token, "verify-email");
    await links.use(opened);
    const { user_id, email, email_verified: before } = opened.account;
    if (!(await accounts.updateActive({ user_id, email }, { email_verified: true })))
      throw new SystemError("LINK_INVALID");
    if (!before) audit.describe({ changes: [{ field: "emailVerified", before, after: true }] });
    return true;
  }

  /**
   * True also when the address is another's: who asks must not learn whose addresses are known.
   * @throws SystemError IN_PERSON_ONLY, MAIL_NOT_SET_UP, INVALID_INPUT, INVALID_CREDENTIALS, TOO_MANY_REQUESTS
   */
  async requestChange(newEmail: string, password: string): Promise<boolean> {
    const { database, accounts, passwords, limits, guard, mail } = this.use;
    const { sub } = this.self();
    mail.assertSetUp();
    // On its own, so that no connection is held while the password is hashed.
    const account = await database.independently(() => accounts.findById(sub));
    if (!account) throw new SystemError("SESSION_ENDED");
    const email = canonicalEmail(newEmail);
    if (email === undefined) throw invalidInput({ path: "newEmail", message: "must be an e-mail address" });
    const isRight = await guard.password(
      { email: account.email, userId: sub, ip: this.caller.identity.request.ip },
      () => passwords.match(password, account.password_hash),
    );
    if (!isRight) throw new SystemError("INVALID_CREDENTIALS", { message: "The password is wrong." });
    if (email === account.email) throw invalidInput({ path: "newEmail", message: "is your address already" });
    if (await mayMail("confirm-email-change", email, { limits, caller: this.caller }))
      await mail.emailChange(sub, email);
    return true;
  }

  /** @throws SystemError LINK_INVALID; EMAIL_TAKEN when it became another's meanwhile; SERVICE_OUT_OF_REACH */
  async confirmChange(token: string): Promise<boolean> {
    const { links, emailChange } = this.use;
    const opened = await links.open(token, "confirm-email-change");
    await links.use(opened);
    await emailChange.change(opened.account.user_id, opened.link.email);
    return true;
  }

  /** The caller, who is the target of what they ask for here. */
  private self(): Claims {
    const { sub, email } = this.caller.signedIn();
    this.use.audit.describe({ target: { type: "User", id: sub, ...(email !== undefined && { label: email }) } });
    return this.caller.inPerson();
  }
}
