import { changesBetween, givenReason, type AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import type { Permission } from "@supergraph/identity";
import { connectionOf, isId, type Connection, type PageArguments } from "@supergraph/persistence";
import { OrderDirection, type Caller } from "@supergraph/subgraph";
import type DataLoader from "dataloader";
import { auditedFields, SENSITIVE, targetOf } from "./audited-person.js";
import {
  UserOrderField,
  type CreateUserInput,
  type UpdateUserInput,
  type UserFilter,
  type UserOrder,
} from "./user.input.js";
import type { UserLifecycle } from "./user-lifecycle.js";
import { userOf, type PersonChange, type UserRepository } from "./user.repository.js";
import { UserStatus, type ErasureReceipt, type User } from "./user.type.js";

const OLDEST_FIRST: UserOrder = { field: UserOrderField.CREATED_AT, direction: OrderDirection.ASC };

/** The rules of people's records, for one caller. */
export class UserService {
  constructor(
    private readonly caller: Caller,
    private readonly users: UserRepository,
    private readonly byId: DataLoader<string, User | null>,
    private readonly audit: AuditTrail,
    private readonly lifecycle: UserLifecycle,
  ) {}

  async me(): Promise<User | null> {
    return this.byId.load(this.caller.signedIn().sub);
  }

  /** Any signed-in caller may know of a person; null when there is none, or nobody asks. */
  async find(id: string): Promise<User | null> {
    return this.caller.claims && isId(id) ? this.byId.load(id) : null;
  }

  /** @throws SystemError INVALID_INPUT, INVALID_PAGE, INVALID_CURSOR */
  async list(filter: UserFilter | null, order: UserOrder | null, page: PageArguments): Promise<Connection<User>> {
    const strange = filter?.ids?.find((id) => !isId(id));
    if (strange !== undefined)
      throw invalidInput({ path: "filter.ids", message: `${JSON.stringify(strange)} is not an id` });
    return connectionOf(await this.users.findPage(filter ?? {}, order ?? OLDEST_FIRST, page), userOf);
  }

  /** @throws SystemError PERMISSION_MISSING for anybody but the person and holders of users:read */
  emailOf(user: User): string | null {
    if (!this.mayReadAsSelf(user.id)) this.caller.require("users:read");
    return user.email;
  }

  /** @throws SystemError PERMISSION_MISSING for anybody but the person */
  settingsOf(user: User): unknown {
    if (!this.mayReadAsSelf(user.id)) {
      throw new SystemError("PERMISSION_MISSING", { message: "Settings are for the person's own clients." });
    }
    return user.settings;
  }

  /** @throws SystemError PERMISSION_MISSING, USER_NOT_FOUND, STALE_VERSION */
  async update(id: string, input: UpdateUserInput, expectedVersion: number | undefined): Promise<User> {
    if (!this.isSelf(id)) this.caller.require("users:update");
    if (input.settings !== undefined && !this.isSelf(id)) {
      throw new SystemError("PERMISSION_MISSING", { message: "Settings are for the person's own clients." });
    }
    // Locked, so that `currentVersion` is what the UPDATE missed.
    const row = isId(id) ? await this.users.lock(id) : undefined;
    const before = row && userOf(row);
    if (!before) throw new SystemError("USER_NOT_FOUND");
    if (before.email === null) throw new SystemError("USER_ERASED");
    if (before.status === UserStatus.DELETED) throw new SystemError("USER_DELETED");
    const after = await this.users.update(id, changeOf(input), expectedVersion);
    if (!after) throw new SystemError("STALE_VERSION", { currentVersion: before.version });
    this.byId.clear(id).prime(id, after);
    this.audit.describe({
      target: targetOf(after),
      changes: changesBetween(auditedFields(before), auditedFields(after), SENSITIVE),
    });
    return after;
  }

  /** @throws SystemError EMAIL_TAKEN, SERVICE_OUT_OF_REACH, TOOK_TOO_LONG */
  async create(input: CreateUserInput): Promise<User> {
    return this.known(await this.lifecycle.create(input));
  }

  /** @throws SystemError USER_NOT_FOUND, USER_DELETED, LAST_ADMINISTRATOR */
  async suspend(id: string, reason: string): Promise<User> {
    return this.known(await this.lifecycle.setStatus(idOf(id), UserStatus.SUSPENDED, givenReason(reason)));
  }

  /** @throws SystemError USER_NOT_FOUND, USER_ERASED */
  async reactivate(id: string): Promise<User> {
    return this.known(await this.lifecycle.setStatus(idOf(id), UserStatus.ACTIVE));
  }

  /** @throws SystemError PERMISSION_MISSING, IN_PERSON_ONLY, USER_NOT_FOUND, LAST_ADMINISTRATOR */
  async delete(id: string): Promise<User> {
    this.requireSelfInPersonOr("users:delete", id);
    return this.known(await this.lifecycle.setStatus(idOf(id), UserStatus.DELETED));
  }

  /** @throws SystemError USER_NOT_FOUND, LEGAL_HOLD, LAST_ADMINISTRATOR */
  erase(id: string, reason: string): Promise<ErasureReceipt> {
    return this.lifecycle.erase(idOf(id), givenReason(reason));
  }

  /** @throws SystemError PERMISSION_MISSING, IN_PERSON_ONLY, USER_NOT_FOUND, SERVICE_OUT_OF_REACH */
  async exportData(id: string): Promise<Record<string, unknown>> {
    this.requireSelfInPersonOr("users:export", id);
    return this.lifecycle.exportData(idOf(id));
  }

  private known(user: User): User {
    this.byId.clear(user.id).prime(user.id, user);
    return user;
  }

  /** A key or a stand-in of the person has no say over the person's account, unless it may do so to everybody's. */
  private requireSelfInPersonOr(permission: Permission, id: string): void {
    if (this.caller.may(permission)) return;
    if (!this.isSelf(id)) this.caller.require(permission);
    this.caller.inPerson();
  }

  private isSelf(id: string): boolean {
    return this.caller.id === id;
  }

  /** Of their own record a person may see all; their API key only what it was given. */
  private mayReadAsSelf(id: string): boolean {
    return this.isSelf(id) && (this.caller.claims?.client === "user" || this.caller.may("users:read:own"));
  }
}

function idOf(id: string): string {
  if (!isId(id)) throw new SystemError("USER_NOT_FOUND");
  return id;
}

/** The columns that the input gives; what it leaves out stays. */
function changeOf({ firstName, lastName, displayName, profile, settings }: UpdateUserInput): PersonChange {
  const change: Record<string, unknown> = {
    first_name: firstName,
    last_name: lastName,
    display_name: displayName,
    settings: settings === undefined ? undefined : JSON.stringify(settings),
    bio: profile?.bio,
    avatar_url: profile?.avatarUrl,
    website: profile?.website,
    location: profile?.location,
    time_zone: profile?.timeZone,
    locale: profile?.locale,
    theme: profile?.theme,
    email_notifications: profile?.emailNotifications,
  };
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
