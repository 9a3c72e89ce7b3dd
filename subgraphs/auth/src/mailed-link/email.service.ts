import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository } from "../account/account.repository.js";
import type { MailService } from "../mail/mail.service.js";
import type { MailedLinks } from "./mailed-links.js";

export interface EmailDependencies {
  database: Database;
  accounts: AccountRepository;
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

  /** @throws SystemError IN_PERSON_ONLY, MAIL_NOT_SET_UP */
  async requestVerification(): Promise<boolean> {
    const { sub, email } = this.caller.inPerson();
    this.use.audit.describe({ target: { type: "User", id: sub, ...(email !== undefined && { label: email }) } });
    this.use.mail.assertSetUp();
    await this.use.mail.verification(sub);
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
}
