import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { constraintViolation, isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository } from "../account/account.repository.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import { assertGrantable, assertHeld } from "./permission.rules.js";
import type { RoleInput } from "./role.input.js";
import type { LastAdministrator } from "./last-administrator.js";
import type { RoleRepository, RoleRow } from "./role.repository.js";
import type { Role } from "./role.type.js";

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

  /** @throws SystemError PERMISSION_MISSING, NAME_TAKEN */
  async create({ name, description, permissions }: RoleInput): Promise<Role> {
    assertGrantable(permissions);
    assertHeld(this.caller, permissions);
    try {
      const role = await this.roles.insert({ name, description: description ?? null, permissions });
      this.audit.describe({
        target: { type: "Role", id: role.id, label: name, version: role.version },
        changes: [{ field: "permissions", before: null, after: permissions }],
      });
      return roleOf(role);
    } catch (error) {
      if (constraintViolation(error)?.kind === "unique") throw new SystemError("NAME_TAKEN", { cause: error });
      throw error;
    }
  }

  /** @throws SystemError PERMISSION_MISSING, ROLE_NOT_FOUND, USER_NOT_FOUND */
  async assign(userId: string, roleId: string): Promise<{ id: string }> {
    const role = await this.existing(userId, roleId);
    assertHeld(this.caller, role.permissions);
    if (await this.roles.grant(userId, roleId, this.caller.signedIn().sub))
      await this.changed(userId, role, "assigned");
    return { id: userId };
  }

  /** @throws SystemError PERMISSION_MISSING, ROLE_NOT_FOUND, USER_NOT_FOUND, LAST_ADMINISTRATOR */
  async unassign(userId: string, roleId: string): Promise<{ id: string }> {
    const role = await this.existing(userId, roleId);
    assertHeld(this.caller, role.permissions);
    const revoked = await this.lastAdministrator.outlives(userId, () => this.roles.revoke(userId, roleId));
    if (revoked) await this.changed(userId, role, "unassigned");
    return { id: userId };
  }

  private async existing(userId: string, roleId: string): Promise<RoleRow> {
    const [role] = isId(roleId) ? await this.roles.findByIds([roleId]) : [];
    if (!role) throw new SystemError("ROLE_NOT_FOUND");
    if (!isId(userId) || !(await this.accounts.exists(userId))) throw new SystemError("USER_NOT_FOUND");
    return role;
  }

  private async changed(userId: string, role: RoleRow, how: "assigned" | "unassigned"): Promise<void> {
    await this.sessionChanges.append("user", userId);
    const [before, after] = how === "assigned" ? [null, role.name] : [role.name, null];
    this.audit.describe({
      target: { type: "User", id: userId },
      changes: [{ field: "role", before, after }],
      metadata: { roleId: role.id },
    });
  }
}

export function roleOf({ id, name, description, built_in, permissions, version }: RoleRow): Role {
  return { id, name, description, builtIn: built_in, permissions, version };
}
