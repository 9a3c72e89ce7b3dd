import { changesBetween, type AuditChange, type AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { constraintViolation, isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository } from "../account/account.repository.js";
import { displayName } from "../display-name.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import { assertGrantable, assertHeld } from "./permission.rules.js";
import type { RoleInput } from "./role.input.js";
import type { LastAdministrator } from "./last-administrator.js";
import { ADMINISTRATOR, type RoleRepository, type RoleRow } from "./role.repository.js";
import type { Role } from "./role.type.js";

/** Of a change to a role with more holders than this gateways forget everybody. */
const MAXIMUM_NAMED = 100;

/** The rules of roles, for one caller. */
export class RoleService {
  constructor(
    private readonly caller: Caller,
    private readonly roles: RoleRepository,
    private readonly lastAdministrator: LastAdministrator,
    private readonly accounts: AccountRepository,
    private readonly sessionChanges: SessionChangeRepository,
    private readonly audit: AuditTrail,
  ) {}

  async list(): Promise<Role[]> {
    return (await this.roles.findAll()).map(roleOf);
  }

  /** Null for who may not read roles and does not hold it. */
  async find(id: string): Promise<Role | null> {
    const [role] = isId(id) ? await this.roles.findByIds([id]) : [];
    if (!role) return null;
    const mayKnow = this.caller.may("roles:read") || this.caller.claims?.roles.includes(role.name) === true;
    return mayKnow ? roleOf(role) : null;
  }

  /** @throws SystemError INVALID_INPUT, PERMISSION_MISSING, NAME_TAKEN */
  async create(input: RoleInput): Promise<Role> {
    const [name, permissions] = [displayName(input.name, "input.name"), [...new Set(input.permissions)]];
    assertGrantable(permissions);
    assertHeld(this.caller, permissions);
    const description = input.description ?? null;
    const role = await unlessTaken(() => this.roles.insert({ name, description, permissions }));
    this.describe(role, changesBetween({}, auditedFields(role)));
    return roleOf(role);
  }

  /**
   * Nobody puts in or takes out what they don't hold. A built-in role keeps its name, and `admin` all that it may do.
   * @throws SystemError ROLE_NOT_FOUND, BUILT_IN_ROLE, INVALID_INPUT, PERMISSION_MISSING, NAME_TAKEN, STALE_VERSION
   */
  async update(id: string, input: RoleInput, expectedVersion: number | undefined): Promise<Role> {
    const before = await this.locked(id, "change");
    const change = { ...changeOf(input), name: displayName(input.name, "input.name") };
    const added = change.permissions.filter((permission) => !before.permissions.includes(permission));
    const removed = before.permissions.filter((permission) => !change.permissions.includes(permission));
    if (before.built_in && change.name !== before.name) throw new SystemError("BUILT_IN_ROLE");
    if (before.name === ADMINISTRATOR && added.length + removed.length > 0) throw new SystemError("BUILT_IN_ROLE");
    assertGrantable(added);
    assertHeld(this.caller, [...added, ...removed]);
    const after = await unlessTaken(() => this.roles.update(id, change, expectedVersion));
    if (!after) throw new SystemError("STALE_VERSION", { currentVersion: before.version });
    if (added.length + removed.length > 0 || after.name !== before.name) await this.felt(id);
    this.describe(after, changesBetween(auditedFields(before), auditedFields(after)));
    return roleOf(after);
  }

  /** Takes it from its holders as well. @throws SystemError ROLE_NOT_FOUND, BUILT_IN_ROLE, PERMISSION_MISSING */
  async delete(id: string): Promise<Role> {
    const role = await this.locked(id, "change");
    if (role.built_in) throw new SystemError("BUILT_IN_ROLE");
    assertHeld(this.caller, role.permissions);
    await this.felt(id);
    await this.roles.delete(id);
    this.describe(role, changesBetween(auditedFields(role), {}));
    return roleOf(role);
  }

  /** @throws SystemError PERMISSION_MISSING, ROLE_NOT_FOUND, USER_NOT_FOUND, USER_DELETED */
  async assign(userId: string, roleId: string): Promise<{ id: string }> {
    const role = await this.toBeGranted(userId, roleId);
    assertHeld(this.caller, role.permissions);
    // Deletion took their roles; who is restored is an ordinary user, whatever was tried in the meantime.
    if ((await this.accounts.lockStatus(userId)) === "DELETED") throw new SystemError("USER_DELETED");
    if (await this.roles.grant(userId, roleId, this.caller.signedIn().sub))
      await this.changed(userId, role, "assigned");
    return { id: userId };
  }

  /** @throws SystemError PERMISSION_MISSING, ROLE_NOT_FOUND, USER_NOT_FOUND, LAST_ADMINISTRATOR */
  async unassign(userId: string, roleId: string): Promise<{ id: string }> {
    const role = await this.toBeGranted(userId, roleId);
    assertHeld(this.caller, role.permissions);
    const revoked = await this.lastAdministrator.outlives(userId, () => this.roles.revoke(userId, roleId));
    if (revoked) await this.changed(userId, role, "unassigned");
    return { id: userId };
  }

  private async toBeGranted(userId: string, roleId: string): Promise<RoleRow> {
    const role = await this.locked(roleId, "grant");
    const account = isId(userId) ? await this.accounts.findById(userId) : undefined;
    if (!account) throw new SystemError("USER_NOT_FOUND");
    const target = { type: "User", id: account.user_id, label: account.email };
    this.audit.describe({ target, metadata: { roleId: role.id } });
    return role;
  }

  private async locked(id: string, toDo: "grant" | "change"): Promise<RoleRow> {
    const role = isId(id) ? await this.roles.findLocked(id, toDo) : undefined;
    if (!role) throw new SystemError("ROLE_NOT_FOUND");
    if (toDo === "change") this.audit.describe({ target: { type: "Role", id: role.id, label: role.name } });
    return role;
  }

  /** Has gateways forget what the holders may do. */
  private async felt(roleId: string): Promise<void> {
    const holders = await this.roles.findHolders(roleId, MAXIMUM_NAMED + 1);
    if (holders.length > MAXIMUM_NAMED) await this.sessionChanges.append("everyone", null);
    else for (const userId of holders) await this.sessionChanges.append("user", userId);
  }

  private describe({ id, name, version }: RoleRow, changes: AuditChange[]): void {
    this.audit.describe({ target: { type: "Role", id, label: name, version }, changes });
  }

  private async changed(userId: string, role: RoleRow, how: "assigned" | "unassigned"): Promise<void> {
    await this.sessionChanges.append("user", userId);
    const [before, after] = how === "assigned" ? [null, role.name] : [role.name, null];
    this.audit.describe({ changes: [{ field: "role", before, after }] });
  }
}

/** What the input gives; a description that is left out stays. */
function changeOf({ permissions, description }: RoleInput) {
  return { permissions: [...new Set(permissions)], ...(description !== undefined && { description }) };
}

function auditedFields({ name, description, permissions }: RoleRow): Record<string, unknown> {
  return { name, description, permissions };
}

async function unlessTaken<Result>(store: () => Promise<Result>): Promise<Result> {
  try {
    return await store();
  } catch (error) {
    if (constraintViolation(error)?.kind === "unique") throw new SystemError("NAME_TAKEN", { cause: error });
    throw error;
  }
}

export function roleOf({ id, name, description, built_in, permissions, version }: RoleRow): Role {
  return { id, name, description, builtIn: built_in, permissions, version };
}
