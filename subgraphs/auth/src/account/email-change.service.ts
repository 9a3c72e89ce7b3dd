import { changesBetween, type AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Intents } from "@supergraph/intent";
import { bodyOf, serviceIdentity, type ServiceCaller } from "@supergraph/service";
import type { MailService } from "../mail/mail.service.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import type { AccountRepository } from "./account.repository.js";

const SELF = serviceIdentity("auth");
const CALL_TIMEOUT_MS = 5_000;

/** Gives a person another address, in users, which says whether it is free, and here: both or neither. */
export class EmailChange {
  readonly #carryOut: (userId: string, payload: { email: string }) => Promise<void>;

  constructor(
    private readonly accounts: AccountRepository,
    private readonly sessionChanges: SessionChangeRepository,
    private readonly mail: MailService,
    private readonly audit: AuditTrail,
    private readonly call: ServiceCaller,
    intents: Intents,
  ) {
    this.#carryOut = intents.completing("change-email", (userId, { email }) => this.steps(userId, email));
  }

  /**
   * Changes the address that a person is written to and signs in with; the new one counts as verified. To be called in a
   * mutation's attempt, whose event it describes (target, and what changes). What is known of the actor must be
   * described before: should the process die, another writes the event.
   * @throws SystemError EMAIL_TAKEN, USER_NOT_FOUND, ACCOUNT_NOT_ACTIVE; SERVICE_OUT_OF_REACH, TOOK_TOO_LONG: it was
   *   begun and will be completed
   */
  async change(userId: string, newEmail: string): Promise<void> {
    const account = await this.accounts.findById(userId);
    if (account && account.status !== "ACTIVE") throw new SystemError("ACCOUNT_NOT_ACTIVE");
    await this.#carryOut(userId, { email: newEmail });
  }

  private async steps(userId: string, email: string): Promise<void> {
    const before = await this.accounts.findById(userId);
    if (!before) throw new SystemError("USER_NOT_FOUND");
    const answer = await this.call("users", SELF, {
      method: "PUT",
      path: `/internal/users/${userId}/email`,
      body: JSON.stringify({ email }),
      timeoutMs: CALL_TIMEOUT_MS,
    });
    bodyOf("users", answer);
    // Only now: who suspends them holds the person's row and waits for the account's, which we must not hold meanwhile.
    await this.accounts.update(userId, { email, email_verified: true });
    await this.sessionChanges.append("user", userId);
    await this.tellOld(userId, before.email, email);
    this.audit.describe({
      target: { type: "User", id: userId, label: email },
      changes: changesBetween(
        { email: before.email, emailVerified: before.email_verified },
        { email, emailVerified: true },
      ),
    });
  }

  /** Where somebody else could have taken over: at the old address. Links that were sent there are of no more use. */
  private async tellOld(userId: string, before: string, after: string): Promise<void> {
    if (before === after) return;
    await this.mail.endLinks(userId);
    await this.mail.notice("email-changed", userId, before);
  }
}
