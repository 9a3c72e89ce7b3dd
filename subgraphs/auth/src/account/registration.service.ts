import { changesBetween, type AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import { canonicalEmail } from "@supergraph/identity";
import type { Intents } from "@supergraph/intent";
import { newId, type Database } from "@supergraph/persistence";
import { bodyOf, serviceIdentity, type ServiceCaller, type ServiceRequest } from "@supergraph/service";
import type { RoleRepository } from "../role/role.repository.js";
import type { AccountRepository } from "./account.repository.js";
import { storeAccount } from "./account.service.js";
import { hashPassword } from "./password.js";
import { assertGoodPassword } from "./password-policy.js";

export interface NewPerson {
  email: string;
  /** Null: they sign in another way. */
  password: string | null;
  firstName: string;
  lastName: string;
}

const SELF = serviceIdentity("auth");

/** Makes a person in users and their account here: both or neither. */
export class RegistrationService {
  readonly #orUndo: <Result>(userId: string, steps: () => Promise<Result>) => Promise<Result>;

  constructor(
    private readonly database: Database,
    private readonly accounts: AccountRepository,
    private readonly roles: RoleRepository,
    private readonly call: ServiceCaller,
    private readonly audit: AuditTrail,
    intents: Intents,
  ) {
    this.#orUndo = intents.undoing("register", (userId) => this.callUsers({ method: "DELETE", path: pathOf(userId) }));
  }

  /**
   * Registers inside the current unit of work, whose event it describes, and returns the new user's id.
   * @throws SystemError INVALID_INPUT, EMAIL_TAKEN, TOO_BUSY, SERVICE_OUT_OF_REACH, TOOK_TOO_LONG
   */
  async register(person: NewPerson, roleNames: readonly string[] = ["user"]): Promise<string> {
    const { password, firstName, lastName } = person;
    const email = canonicalEmail(person.email);
    if (email === undefined) throw invalidInput({ path: "input.email", message: "must be an e-mail address" });
    if (password !== null)
      await assertGoodPassword(password, "input.password", { email, names: [firstName, lastName] });
    const passwordHash = password === null ? null : await hashPassword(password);
    const userId = newId();
    const known = await this.database.independently(() => this.accounts.findByEmail(email));
    if (known) throw new SystemError("EMAIL_TAKEN");
    await this.#orUndo(userId, async () => {
      const body = JSON.stringify({ email, firstName, lastName });
      await this.callUsers({ method: "PUT", path: pathOf(userId), body });
      await storeAccount(this.accounts, { user_id: userId, email, password_hash: passwordHash });
      await this.roles.grantByName(userId, roleNames);
    });
    this.audit.describe({
      changes: [
        ...changesBetween({}, { email, firstName, lastName }),
        ...(password === null ? [] : [{ field: "password", before: null, after: null, redacted: true }]),
      ],
    });
    return userId;
  }

  private async callUsers(request: ServiceRequest): Promise<void> {
    bodyOf("users", await this.call("users", SELF, request));
  }
}

function pathOf(userId: string): string {
  return `/internal/users/${userId}`;
}
