import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import { linkKinds, type MailKind, type NoticeKind } from "./letter.js";
import type { MailJobRepository } from "./mail-job.repository.js";
import type { MailTokenRepository } from "./mail-token.repository.js";

/**
 * What the rest of auth asks of mail. Each only stores a job, in the current unit of work; the worker finds out who is
 * behind an address, makes the token and sends. So nothing of a link stands in the database, and asking for a mail
 * takes the same statements whether or not there is anybody to get it.
 */
export class MailService {
  constructor(
    private readonly use: {
      database: Database;
      jobs: MailJobRepository;
      tokens: MailTokenRepository;
      /** Called once a job is there for sure. */
      wake: () => void;
      /** Whether mails go anywhere. */
      isSetUp: boolean;
    },
  ) {}

  /** For what is of no use without a mail. @throws SystemError MAIL_NOT_SET_UP */
  assertSetUp(): void {
    if (!this.use.isSetUp) throw new SystemError("MAIL_NOT_SET_UP");
  }

  /** A link to a new password, to the account of that address, if there is one. */
  passwordReset(email: string): Promise<void> {
    return this.#enqueue("reset-password", null, email);
  }

  /** A link that verifies the address of the account, unless it is verified. */
  verification(userId: string): Promise<void> {
    return this.#enqueue("verify-email", userId, null);
  }

  /** A link that makes it the account's address, to that address; if it is another's, a notice to them. */
  emailChange(userId: string, newEmail: string): Promise<void> {
    return this.#enqueue("confirm-email-change", userId, newEmail);
  }

  /** A link to the first password of an account that was made for somebody. */
  welcome(userId: string): Promise<void> {
    return this.#enqueue("set-password", userId, null);
  }

  /** Tells a person, at the address of their account unless another is given. */
  notice(kind: NoticeKind, userId: string, email: string | null = null): Promise<void> {
    return this.#enqueue(kind, userId, email);
  }

  /** Ends links that were sent or are about to be: for a change of what proves who the person is. */
  async endLinks(userId: string): Promise<void> {
    await this.use.tokens.endOfUser(userId);
    await this.use.jobs.endOfUser(userId, linkKinds);
  }

  /** Forgets what was to be sent to an address by its name alone; what belongs to a person is found by their id. */
  async forget(email: string): Promise<void> {
    await this.use.jobs.deleteOfAddress(email);
  }

  async #enqueue(kind: MailKind, userId: string | null, email: string | null): Promise<void> {
    await this.use.jobs.insert({ kind, user_id: userId, email });
    await this.use.database.afterCommit(() => {
      this.use.wake();
      return Promise.resolve();
    });
  }
}
