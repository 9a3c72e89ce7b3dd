import { holds, type Permission } from "@supergraph/identity";
import type { AccountRepository } from "../account/account.repository.js";
import type { RoleRepository } from "../role/role.repository.js";

export const IMPERSONATE = "users:impersonate";

/** Who may act as somebody else. */
export class Impersonators {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly roles: RoleRepository,
  ) {}

  /** What the person holds, who goes no further as somebody else; undefined when they may not impersonate any more. */
  async permissionsOf(userId: string): Promise<Permission[] | undefined> {
    const account = await this.accounts.findById(userId);
    if (account?.status !== "ACTIVE") return undefined;
    const permissions = (await this.roles.findByUsers([userId])).flatMap((role) => role.permissions);
    return holds(permissions, IMPERSONATE) ? permissions : undefined;
  }
}
