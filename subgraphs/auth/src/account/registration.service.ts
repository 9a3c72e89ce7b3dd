import { SystemError, systemErrorOf } from "@supergraph/errors";
import { newId, type Database } from "@supergraph/persistence";
import { serviceIdentity, type Logger, type ServiceCaller } from "@supergraph/service";
import type { RoleRepository } from "../role/role.repository.js";
import type { AccountRepository } from "./account.repository.js";
import { hashPassword } from "./password.js";
import { assertGoodPassword } from "./password-policy.js";
import type { RegistrationRepository } from "./registration.repository.js";

export interface NewPerson {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
}

const SELF = serviceIdentity("auth");
/** By then a registration has ended or its process is dead. */
const ABANDONED_AFTER_SECONDS = 60;

/**
 * Makes a person in users and their account here: both or neither. The intent is stored first; the person is made by
 * an idempotent call; the account and the end of the intent commit together. What a crash leaves is undone later.
 */
export class RegistrationService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountRepository,
    private readonly registrations: RegistrationRepository,
    private readonly roles: RoleRepository,
    private readonly call: ServiceCaller,
    private readonly log: Logger,
  ) {}

  /**
   * Registers inside the current unit of work, and returns the new user's id.
   * @throws SystemError INVALID_INPUT, EMAIL_TAKEN, TOO_BUSY, SERVICE_OUT_OF_REACH
   */
  async register(person: NewPerson, roleNames: readonly string[] = ["user"]): Promise<string> {
    const { email, password, firstName, lastName } = person;
    await assertGoodPassword(password, "input.password", { email, names: [firstName, lastName] });
    const passwordHash = await hashPassword(password);
    const userId = newId();
    await this.database.independently(async () => {
      if (await this.accounts.findByEmail(email)) throw new SystemError("EMAIL_TAKEN");
      await this.registrations.begin(userId, email);
    });
    try {
      await this.createPerson(userId, { email, firstName, lastName });
      await this.storeAccount(userId, email, passwordHash, roleNames);
    } catch (error) {
      await this.undo(userId);
      throw error;
    }
    return userId;
  }

  /** Undoes what crashed registrations left. Runs again and again; two replicas may. */
  async undoAbandoned(): Promise<void> {
    await this.database.unitOfWork(async () => {
      // The intents are gone only once the persons are: the calls run before the commit.
      for (const userId of await this.registrations.takeAbandoned(ABANDONED_AFTER_SECONDS)) {
        await this.deletePerson(userId);
        this.log.warn({ abandoned_user_id: userId }, "undid a registration that never finished");
      }
    });
  }

  private async createPerson(userId: string, person: Omit<NewPerson, "password">): Promise<void> {
    const { status } = await this.call("users", SELF, {
      method: "PUT",
      path: `/internal/users/${userId}`,
      body: JSON.stringify(person),
    });
    if (status === 409) throw new SystemError("EMAIL_TAKEN");
    if (status !== 204) throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`users answered ${status}`) });
  }

  private async storeAccount(userId: string, email: string, passwordHash: string, roleNames: readonly string[]) {
    if (!(await this.registrations.end(userId))) throw new SystemError("TOOK_TOO_LONG");
    await this.accounts.insert({ user_id: userId, email, password_hash: passwordHash });
    await this.roles.grantByName(userId, roleNames);
  }

  /** At once when it can be; else the intent stays, and `undoAbandoned` does it. */
  private async undo(userId: string): Promise<void> {
    try {
      await this.deletePerson(userId);
      await this.database.independently(() => this.registrations.end(userId));
    } catch (error) {
      this.log.warn({ err: error, reason: systemErrorOf(error)?.reason }, "a registration will be undone later");
    }
  }

  private async deletePerson(userId: string): Promise<void> {
    const { status } = await this.call("users", SELF, { method: "DELETE", path: `/internal/users/${userId}` });
    if (status !== 204) throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`users answered ${status}`) });
  }
}
