import { newId, type Database } from "@supergraph/persistence";

/** A row of `auth.role`. */
export interface RoleRow {
  id: string;
  name: string;
  description: string | null;
  built_in: boolean;
  permissions: string[];
  version: number;
}

export type RoleChange = Partial<Pick<RoleRow, "name" | "description" | "permissions">>;

export interface GrantedRole extends RoleRow {
  user_id: string;
}

export const ADMINISTRATOR = "admin";

export class RoleRepository {
  constructor(private readonly database: Database) {}

  async findAll(): Promise<RoleRow[]> {
    return this.database.run((query) => query<RoleRow>("role").orderBy("name").select("*"));
  }

  async findByIds(ids: readonly string[]): Promise<RoleRow[]> {
    return this.database.run((query) => query<RoleRow>("role").whereIn("id", ids).select("*"));
  }

  async findByUsers(userIds: readonly string[]): Promise<GrantedRole[]> {
    return this.database.run((query) =>
      query("role_grant")
        .join("role", "role.id", "role_grant.role_id")
        .whereIn("role_grant.user_id", userIds)
        .orderBy("role.name")
        .select<GrantedRole[]>("role.*", "role_grant.user_id"),
    );
  }

  async countUsers(roleIds: readonly string[]): Promise<{ role_id: string; count: string }[]> {
    return this.database.run((query) =>
      query("role_grant").whereIn("role_id", roleIds).groupBy("role_id").select("role_id").count({ count: "*" }),
    );
  }

  async insert(role: Pick<RoleRow, "name" | "description" | "permissions">): Promise<RoleRow> {
    const [row] = await this.database.run((query) =>
      query<RoleRow>("role")
        .insert({ id: newId(), ...role })
        .returning("*"),
    );
    if (!row) throw new Error("An inserted role was not returned");
    return row;
  }

  /**
   * The role, as it stays until the unit of work ends: whoever grants it gives what they looked at, and whoever changes
   * it knows what they change. Grants don't hold each other up.
   */
  async findLocked(id: string, toDo: "grant" | "change"): Promise<RoleRow | undefined> {
    return this.database.run((query) => {
      const role = query("role").where({ id });
      return (toDo === "grant" ? role.forKeyShare() : role.forUpdate()).first<RoleRow | undefined>("*");
    });
  }

  /** Changes the role and counts the version up; undefined when `expectedVersion` is not the stored one. */
  async update(id: string, change: RoleChange, expectedVersion: number | undefined): Promise<RoleRow | undefined> {
    const [row] = await this.database.run((query) => {
      const update = query("role")
        .where({ id })
        .update({ ...change, version: query.raw("version + 1"), updated_at: query.fn.now() })
        .returning<RoleRow[]>("*");
      if (expectedVersion !== undefined) void update.where({ version: expectedVersion });
      return update;
    });
    return row;
  }

  /** Takes the role from everybody, and removes it. */
  async delete(id: string): Promise<void> {
    await this.database.run((query) => query("role_grant").where({ role_id: id }).delete());
    await this.database.run((query) => query("role").where({ id }).delete());
  }

  async findHolders(id: string, limit: number): Promise<string[]> {
    return this.database.run((query) =>
      query("role_grant").where({ role_id: id }).limit(limit).pluck<string[]>("user_id"),
    );
  }

  /** False when the user held the role already. */
  async grant(userId: string, roleId: string, grantedBy: string): Promise<boolean> {
    const granted = await this.database.run((query) =>
      query("role_grant")
        .insert({ user_id: userId, role_id: roleId, granted_by: grantedBy })
        .onConflict(["user_id", "role_id"])
        .ignore()
        .returning("role_id"),
    );
    return granted.length > 0;
  }

  /** @throws Error when a role of these names is missing: migrations make the built-in ones. */
  async grantByName(userId: string, names: readonly string[]): Promise<void> {
    const roles = await this.database.run((query) => query<RoleRow>("role").whereIn("name", names).select("id"));
    if (roles.length !== names.length) throw new Error(`Not all of these roles exist: ${names.join(", ")}`);
    await this.database.run((query) =>
      query("role_grant").insert(roles.map(({ id }) => ({ user_id: userId, role_id: id }))),
    );
  }

  /** False when the user did not hold the role. */
  async revoke(userId: string, roleId: string): Promise<boolean> {
    const revoked = await this.database.run((query) =>
      query("role_grant").where({ user_id: userId, role_id: roleId }).delete(),
    );
    return revoked > 0;
  }

  async revokeAll(userId: string): Promise<void> {
    await this.database.run((query) => query("role_grant").where({ user_id: userId }).delete());
  }

  /** Whether an ACTIVE account holds the built-in role admin: this person's, or anybody's. */
  async hasActiveAdministrator(userId?: string): Promise<boolean> {
    return this.database.run(async (query) => {
      const holders = query("role_grant")
        .join("role", "role.id", "role_grant.role_id")
        .join("account", "account.user_id", "role_grant.user_id")
        .where({ "role.name": ADMINISTRATOR, "account.status": "ACTIVE" });
      if (userId !== undefined) void holders.where("account.user_id", userId);
      return Boolean(await holders.first("account.user_id"));
    });
  }

  /** Until the unit of work ends nobody else gets past here; granting the role is not held up. */
  async lockAdministrators(): Promise<void> {
    await this.database.run((query) => query("role").where({ name: ADMINISTRATOR }).forNoKeyUpdate().first("id"));
  }
}
