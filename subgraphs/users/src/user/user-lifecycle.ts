import { changesBetween, type AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import { canonicalEmail } from "@supergraph/identity";
import type { Intents, UndoableCreation } from "@supergraph/intent";
import { constraintViolation, newId, type Database } from "@supergraph/persistence";
import { bodyOf, serviceIdentity, type ServiceCaller, type ServiceRequest } from "@supergraph/service";
import { auditedFields, SENSITIVE, targetOf, unchanged } from "./audited-person.js";
import { exportOf } from "./personal-data.js";
import { userOf, type PersonRow, type UserRepository } from "./user.repository.js";
import { UserStatus, type ErasureReceipt, type User } from "./user.type.js";

const SELF = serviceIdentity("users");
const CALL_TIMEOUT_MS = 10_000;

export interface NewPerson {
  email: string;
  firstName: string;
  lastName: string;
}

interface NewStatus {
  status: UserStatus;
  reason?: string;
}

/**
 * How people come, go and are kept out: what changes here and in auth, both or neither. The person's row is locked before
 * auth is called, so that for one person there is one order of changes, here and there.
 */
export class UserLifecycle {
  readonly #createOrUndo: <Result>(userId: string, steps: () => Promise<Result>) => Promise<Result>;
  readonly #setStatus: Record<UserStatus, (userId: string, to: NewStatus) => Promise<User>>;
  readonly #erase: (userId: string, payload: { reason: string }) => Promise<ErasureReceipt>;

  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly audit: AuditTrail,
    private readonly call: ServiceCaller,
    private readonly creations: UndoableCreation,
    intents: Intents,
  ) {
    const setStatus = (userId: string, to: NewStatus) => this.statusSteps(userId, to);
    this.#createOrUndo = intents.undoing("create", (userId) =>
      this.callAuth({ method: "DELETE", path: account(userId) }),
    );
    this.#setStatus = {
      ACTIVE: intents.completing("reactivate", setStatus),
      SUSPENDED: intents.completing("suspend", setStatus),
      DELETED: intents.completing("delete", setStatus),
    };
    this.#erase = intents.completing("erase", (userId, { reason }) => this.erasureSteps(userId, reason));
  }

  /** A person with an account that has no password yet. @throws SystemError INVALID_INPUT, EMAIL_TAKEN */
  async create(given: NewPerson): Promise<User> {
    const email = canonicalEmail(given.email);
    if (email === undefined) throw invalidInput({ path: "input.email", message: "must be an e-mail address" });
    const person = { ...given, email };
    const id = newId();
    return this.#createOrUndo(id, async () => {
      await this.store(id, person);
      await this.callAuth({ method: "PUT", path: account(id), body: JSON.stringify({ email: person.email }) });
      const [user] = await this.users.findByIds([id]);
      if (!user) throw new Error("An inserted person was not found");
      this.audit.describe({ target: targetOf(user), changes: changesBetween({}, auditedFields(user), SENSITIVE) });
      return user;
    });
  }

  /** @throws SystemError USER_NOT_FOUND, USER_DELETED, USER_ERASED, LAST_ADMINISTRATOR */
  setStatus(userId: string, status: UserStatus, reason?: string): Promise<User> {
    return this.#setStatus[status](userId, { status, ...(reason !== undefined && { reason }) });
  }

  /** For who was erased before: the receipt of then. @throws SystemError USER_NOT_FOUND, LEGAL_HOLD, LAST_ADMINISTRATOR */
  erase(userId: string, reason: string): Promise<ErasureReceipt> {
    return this.#erase(userId, { reason });
  }

  /** @throws SystemError USER_NOT_FOUND; SERVICE_OUT_OF_REACH rather than half of it */
  async exportData(userId: string): Promise<Record<string, unknown>> {
    // On its own: no connection is held while the others gather.
    const [user] = await this.database.independently(() => this.users.findByIds([userId]));
    if (!user) throw new SystemError("USER_NOT_FOUND");
    this.audit.describe({ target: unchanged(user) });
    return exportOf(user, this.call);
  }

  /** For auth: stores the person of a registration. @throws SystemError EMAIL_TAKEN, TOOK_TOO_LONG once undone */
  register(userId: string, person: NewPerson): Promise<void> {
    return this.creations.create(userId, () => this.store(userId, person));
  }

  /** For auth: nothing of the registration stays, nor comes any more. */
  undoRegistration(userId: string): Promise<void> {
    return this.creations.undo(userId, () => this.users.delete(userId));
  }

  /** For auth: this service says whose an address is. @throws SystemError USER_NOT_FOUND, USER_DELETED, EMAIL_TAKEN */
  changeEmail(userId: string, email: string): Promise<void> {
    return this.database.unitOfWork(async () => {
      const before = await this.existing(userId);
      if (before.email === email) return;
      if (before.status === UserStatus.DELETED) throw new SystemError("USER_DELETED");
      await this.users.update(userId, { email }).catch(takenEmail);
    });
  }

  private async statusSteps(userId: string, { status, reason }: NewStatus): Promise<User> {
    const before = await this.existing(userId);
    if (before.erased_at) throw new SystemError("USER_ERASED");
    if (before.status === UserStatus.DELETED && status === UserStatus.SUSPENDED) throw new SystemError("USER_DELETED");
    await this.callAuth({ method: "PUT", path: `${account(userId)}/status`, body: JSON.stringify({ status }) });
    const isChanged = before.status !== status;
    const user = (isChanged && (await this.users.update(userId, { status }))) || userOf(before);
    this.audit.describe({
      target: isChanged ? targetOf(user) : unchanged(user),
      changes: isChanged ? [{ field: "status", before: before.status, after: status }] : [],
      ...(reason !== undefined && { reason }),
    });
    return user;
  }

  private async erasureSteps(userId: string, reason: string): Promise<ErasureReceipt> {
    this.audit.describe({ reason });
    const before = await this.existing(userId);
    if (before.email === null) return receiptOf(before);
    await this.requireNoLegalHold(userId);
    await this.callAuth({ method: "DELETE", path: account(userId) });
    await this.eraseInAuditLog(userId, before.email);
    const eventId = newId();
    this.audit.describe({ eventId, changes: [{ field: "status", before: before.status, after: UserStatus.DELETED }] });
    const erased = await this.users.erase(userId, eventId);
    if (!erased) throw new Error("A locked person could not be erased");
    this.audit.describe({ target: targetOf(userOf(erased)) });
    return receiptOf(erased);
  }

  /** Before anything is erased anywhere: what is claimed in court must stay (GDPR article 17, 3 e). */
  private async requireNoLegalHold(userId: string): Promise<void> {
    const path = `/internal/people/${userId}/legal-hold`;
    bodyOf("audit", await this.call("audit", SELF, { method: "GET", path, timeoutMs: CALL_TIMEOUT_MS }));
  }

  private async eraseInAuditLog(userId: string, email: string): Promise<void> {
    const path = `/internal/people/${userId}/erasure`;
    const body = JSON.stringify({ emails: [email] });
    const { status } = await this.call("audit", SELF, { method: "PUT", path, body, timeoutMs: CALL_TIMEOUT_MS });
    // Whatever it says: auth has erased them, and there is no way back.
    if (status >= 300) throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`audit answered ${status}`) });
  }

  private async store(id: string, { email, firstName, lastName }: NewPerson): Promise<void> {
    const names = { first_name: firstName, last_name: lastName, display_name: `${firstName} ${lastName}` };
    await this.users.insertOnce({ id, email, ...names }).catch(takenEmail);
  }

  private async existing(userId: string): Promise<PersonRow> {
    const person = await this.users.lock(userId);
    if (!person) throw new SystemError("USER_NOT_FOUND");
    return person;
  }

  private async callAuth(request: ServiceRequest): Promise<void> {
    bodyOf("auth", await this.call("auth", SELF, { ...request, timeoutMs: CALL_TIMEOUT_MS }));
  }
}

function account(userId: string): string {
  return `/internal/accounts/${userId}`;
}

function receiptOf({ id, erased_at, erasure_event_id }: PersonRow): ErasureReceipt {
  if (!erased_at || erasure_event_id === null) throw new Error("A person without e-mail address was not erased");
  return { userId: id, erasedAt: erased_at, auditEventId: erasure_event_id };
}

function takenEmail(error: unknown): never {
  if (constraintViolation(error)?.constraint === "person_email") throw new SystemError("EMAIL_TAKEN", { cause: error });
  throw error;
}
