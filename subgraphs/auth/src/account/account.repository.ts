import type { Database } from "@supergraph/persistence";

/** A row of `auth.account`. */
export interface AccountRow {
  user_id: string;
  email: string;
  /** Null until the person has set a password. */
  password_hash: string | null;
  email_verified: boolean;
  status: "ACTIVE" | "SUSPENDED" | "DELETED";
}

export class AccountRepository {
  constructor(private readonly database: Database) {}

  async findByEmail(email: string): Promise<AccountRow | undefined> {
    return this.database.run((query) =>
      query<AccountRow>("account").whereRaw("lower(email) = lower(?)", [email]).first(),
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

  async exists(userId: string): Promise<boolean> {
    return this.database.run(async (query) =>
      Boolean(await query("account").where({ user_id: userId }).first("user_id")),
    );
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
}
