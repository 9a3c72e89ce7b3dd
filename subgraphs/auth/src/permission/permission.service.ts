import { invalidInput, SystemError } from "@supergraph/errors";
import { entityPermissions, holds, isPermission, knownPermissions, problemOfPermission } from "@supergraph/identity";
import { isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository } from "../account/account.repository.js";
import type { RoleRepository } from "../role/role.repository.js";
import type { EntityTypes } from "./entity-types.js";
import type { Permission } from "./permission.type.js";

/** What can be granted, and who holds it, for one caller. */
export class PermissionService {
  constructor(
    private readonly caller: Caller,
    private readonly accounts: AccountRepository,
    private readonly roles: RoleRepository,
    private readonly entityTypes: EntityTypes,
  ) {}

  /** All of them or an error: half a list would read as the whole. @throws SystemError SERVICE_OUT_OF_REACH */
  async list(): Promise<Permission[]> {
    return [...knownPermissions, ...(await this.entityTypes.names()).flatMap(entityPermissions)];
  }

  /**
   * Whether the person holds the permission now. What nobody can be granted nobody holds; what is no permission in
   * form is a mistake. Somebody whose account is not active may do nothing.
   * @throws SystemError PERMISSION_MISSING about somebody else without roles:read, INVALID_INPUT, USER_NOT_FOUND
   */
  async can(userId: string, permission: string): Promise<boolean> {
    if (userId !== this.caller.signedIn().sub) this.caller.require("roles:read");
    if (!isPermission(permission)) {
      throw invalidInput({ path: "permission", message: "must be resource:action, resource:action:own or *" });
    }
    const account = isId(userId) ? await this.accounts.findById(userId) : undefined;
    if (!account) throw new SystemError("USER_NOT_FOUND");
    if (account.status !== "ACTIVE" || problemOfPermission(permission) !== undefined) return false;
    const roles = await this.roles.findByUsers([userId]);
    return holds(
      roles.flatMap(({ permissions }) => permissions),
      permission,
    );
  }
}
