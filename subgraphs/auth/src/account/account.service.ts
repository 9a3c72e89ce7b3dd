import { SystemError } from "@supergraph/errors";
import { constraintViolation, type Database } from "@supergraph/persistence";
import type { UndoableCreation } from "@supergraph/intent";
import type { MailService } from "../mail/mail.service.js";
import type { LastAdministrator } from "../role/last-administrator.js";
import type { RoleRepository } from "../role/role.repository.js";
import type { AccountRepository, AccountRow } from "./account.repository.js";
import type { EndOfAccess } from "./end-of-access.js";

/**
 * What the users service, which decides who is who, has done to accounts. Each may be repeated, and is one unit of work;
 * the audit event is written where it was asked for.
 */
export class AccountService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountRepository,
    private readonly creations: UndoableCreation,
    private readonly roles: RoleRepository,
    private readonly lastAdministrator: LastAdministrator,
    private readonly endOfAccess: EndOfAccess,
    private readonly mail: MailService,
  ) {}

  /** An account without a password, of an ordinary user. @throws SystemError EMAIL_TAKEN, TOOK_TOO_LONG once undone */
  create(userId: string, email: string): Promise<void> {
    return this.creations.create(userId, async () => {
      if (await this.accounts.findById(userId)) return;
      await storeAccount(this.accounts, { user_id: userId, email, password_hash: null });
      await this.roles.grantByName(userId, ["user"]);
      await this.mail.welcome(userId);
    });
  }

  /**
   * SUSPENDED ends the sessions, DELETED all access, roles included; ACTIVE brings an account back as it is, or as an
   * ordinary user's.
   * @throws SystemError USER_NOT_FOUND, LAST_ADMINISTRATOR
   */
  setStatus(userId: string, status: AccountRow["status"]): Promise<void> {
    return this.database.unitOfWork(() =>
      status === "ACTIVE"
        ? this.reactivate(userId)
        : this.lastAdministrator.outlives(userId, () => this.shut(userId, status)),
    );
  }

  /** Removes all that auth holds of a person, for good. @throws SystemError LAST_ADMINISTRATOR */
  remove(userId: string): Promise<void> {
    return this.creations.undo(userId, () =>
      this.lastAdministrator.outlives(userId, async () => {
        const account = await this.accounts.findById(userId);
        await this.endOfAccess.ofEverything(userId);
        if (account) await this.mail.forget(account.email);
        await this.accounts.deleteEveryRowOf(userId);
      }),
    );
  }

  private async shut(userId: string, status: "SUSPENDED" | "DELETED"): Promise<void> {
    if (!(await this.accounts.update(userId, { status }))) throw new SystemError("USER_NOT_FOUND");
    if (status === "DELETED") await this.endOfAccess.ofEverything(userId);
    else await this.endOfAccess.ofSessions(userId);
  }

  private async reactivate(userId: string): Promise<void> {
    if (!(await this.accounts.update(userId, { status: "ACTIVE" }))) throw new SystemError("USER_NOT_FOUND");
    if ((await this.roles.findByUsers([userId])).length === 0) await this.roles.grantByName(userId, ["user"]);
  }
}

/** @throws SystemError EMAIL_TAKEN */
export async function storeAccount(
  accounts: AccountRepository,
  account: Parameters<AccountRepository["insert"]>[0],
): Promise<void> {
  await accounts.insert(account).catch((error: unknown) => {
    if (constraintViolation(error)?.constraint === "account_email")
      throw new SystemError("EMAIL_TAKEN", { cause: error });
    throw error;
  });
}
