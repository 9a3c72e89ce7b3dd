import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import type { AccountRepository, AccountRow } from "../account/account.repository.js";
import type { LinkKind } from "../mail/letter.js";
import type { MailTokenRepository, MailTokenRow } from "../mail/mail-token.repository.js";
import { hashOfToken } from "../session/refresh-token.js";

export interface OpenedLink {
  link: MailTokenRow;
  account: AccountRow;
}

/** The links that people bring back from their mail. Whatever is wrong with one, the answer is the same. */
export class MailedLinks {
  constructor(
    private readonly database: Database,
    private readonly tokens: MailTokenRepository,
    private readonly accounts: AccountRepository,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Whose link it is, without using it up: what else is wrong can be mended, and the link tried again.
   * @throws SystemError LINK_INVALID when it is unknown, used or expired, was sent to an address that is no longer the
   * account's, or the account is not active
   */
  async open(token: string, ...kinds: LinkKind[]): Promise<OpenedLink> {
    // On its own: no connection is held while a password is hashed.
    const { link, account } = await this.database.independently(async () => {
      const found = await this.tokens.find(hashOfToken(token), kinds);
      return { link: found, account: found && (await this.accounts.findById(found.user_id)) };
    });
    if (!link || !account) throw new SystemError("LINK_INVALID");
    const { user_id: id, email: label } = account;
    this.audit.describe({ actor: { type: "anonymous", id, label }, target: { type: "User", id, label } });
    const isTheirs = link.kind === "confirm-email-change" || link.email === account.email;
    if (!link.is_usable || !isTheirs || account.status !== "ACTIVE") throw new SystemError("LINK_INVALID");
    return { link, account };
  }

  /** Uses it up, in the current unit of work: whoever has it is the person. @throws SystemError LINK_INVALID */
  async use({ link, account: { user_id: id, email: label } }: OpenedLink): Promise<void> {
    if (!(await this.tokens.use(link.token_hash))) throw new SystemError("LINK_INVALID");
    this.audit.describe({ actor: { type: "user", id, label } });
  }
}
