import type { Caller } from "@supergraph/subgraph";
import type DataLoader from "dataloader";
import type { GrantedRole } from "./role.repository.js";
import { roleOf } from "./role.service.js";
import type { Role } from "./role.type.js";

/** What people hold, as far as the caller may see it. */
export class GrantService {
  constructor(
    private readonly caller: Caller,
    private readonly byUser: DataLoader<string, GrantedRole[]>,
  ) {}

  /** @throws SystemError PERMISSION_MISSING for anybody but the person and holders of roles:read */
  async rolesOf(userId: string): Promise<Role[]> {
    if (userId !== this.caller.id) this.caller.require("roles:read");
    return (await this.byUser.load(userId)).map(roleOf);
  }

  /** @throws SystemError PERMISSION_MISSING for anybody but the person and holders of roles:read */
  async permissionsOf(userId: string): Promise<string[]> {
    const roles = await this.rolesOf(userId);
    return [...new Set(roles.flatMap(({ permissions }) => permissions))].sort();
  }
}
