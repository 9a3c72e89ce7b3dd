import { canonicalEmail } from "@supergraph/identity";
import type { Database } from "@supergraph/persistence";

/** A row of `auth.account`. */
export interface AccountRow {
  user_id: string;
  email: string;
  /** Null until the person has set a password. */
  password_hash: string | null;
  email_verified: boolean;
  status: "ACTIVE" | "SUSPENDED" | "DELETED";
  created_at: Date;
  updated_at: Date;
}

export class AccountRepository {
  constructor(private readonly database: Database) {}

  async findByEmail(email: string): Promise<AccountRow | undefined> {
    return this.database.run((query) =>
      query<AccountRow>("account")
        .whereRaw("lower(email) = lower(?)", [canonicalEmail(email) ?? email])
        .first(),
    );
  }

  async findById(userId: string): Promise<AccountRow | undefined> {
    return this.database.run((query) => query<AccountRow>("account").where({ user_id: userId }).first());
  }

  /** Which of these people have an e-mail address that is known to be theirs. */
  async findVerified(userIds: readonly string[]): Promise<{ user_id: string }[]> {
    return this.database.run((query) =>
      query("account")
        .whereIn("user_id", userIds)
        .where({ email_verified: true })
        .select<{ user_id: string }[]>("user_id"),
    );
  }

  /**
   * Whether the account is active and has the password that it had; until the unit of work ends nobody changes either.
   */
  async lockUnchanged({ user_id, password_hash }: AccountRow): Promise<boolean> {
    const row = await this.database.run((query) =>
      query<AccountRow>("account").where({ user_id, password_hash, status: "ACTIVE" }).forShare().first(),
    );
    return row !== undefined;
  }

  /** What it is and stays until the unit of work ends. */
  async lockStatus(userId: string): Promise<AccountRow["status"] | undefined> {
    const row = await this.database.run((query) =>
      query<AccountRow>("account").where({ user_id: userId }).forShare().first("status"),
    );
    return row?.status;
  }

  /** Sets the password of an active account that has the one it had; false when there is none. */
  async replacePassword({ user_id, password_hash }: AccountRow, by: string): Promise<boolean> {
    const replaced = await this.database.run((query) =>
      query("account")
        .where({ user_id, password_hash, status: "ACTIVE" })
        .update({ password_hash: by, updated_at: query.fn.now() }),
    );
    return replaced > 0;
  }

  async insert(account: Pick<AccountRow, "user_id" | "email" | "password_hash">): Promise<void> {
    await this.database.run((query) => query("account").insert(account));
  }

  /** Changes an active account that still has the address; false when there is none. */
  async updateActive(
    account: Pick<AccountRow, "user_id" | "email">,
    change: Partial<Pick<AccountRow, "password_hash" | "email_verified">>,
  ): Promise<boolean> {
    const updated = await this.database.run((query) =>
      query("account")
        .where({ user_id: account.user_id, email: account.email, status: "ACTIVE" })
        .update({ ...change, updated_at: query.fn.now() }),
    );
    return updated > 0;
  }

  /** False when there is no such account. */
  async update(
    userId: string,
    change: Partial<Pick<AccountRow, "email" | "email_verified" | "status">>,
  ): Promise<boolean> {
    const updated = await this.database.run((query) =>
      query("account")
        .where({ user_id: userId })
        .update({ ...change, updated_at: query.fn.now() }),
    );
    return updated > 0;
  }

  /**
   * Deletes every row that belongs to the person, in whichever table of the schema: a table that is added later is not
   * forgotten as long as its column is called `user_id`. The outbox is the audit service's. Sessions in which they acted
   * as others are the others': only where they did it from goes.
   */
  async deleteEveryRowOf(userId: string): Promise<void> {
    const tables = await this.database.run((query) =>
      query("information_schema.columns as columns")
        .join("information_schema.tables as tables", {
          "tables.table_schema": "columns.table_schema",
          "tables.table_name": "columns.table_name",
        })
        .where({ "columns.table_schema": "auth", "columns.column_name": "user_id", "tables.table_type": "BASE TABLE" })
        .whereNotIn("columns.table_name", ["audit_outbox", "account"])
        .pluck<string[]>("columns.table_name"),
    );
    await this.database.run((query) =>
      query("session").where({ impersonator_id: userId }).update({ ip: null, user_agent: null }),
    );
    // What refers to the account goes before it.
    for (const table of [...tables, "account"])
      await this.database.run((query) => query(table).where({ user_id: userId }).delete());
  }
}
