import type { Database } from "@supergraph/persistence";

/** A row of `auth.account`. */
export interface AccountRow {
  user_id: string;
  email: string;
  /** Null until the person has set a password. */
  password_hash: string | null;
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

  async exists(userId: string): Promise<boolean> {
    return this.database.run(async (query) =>
      Boolean(await query("account").where({ user_id: userId }).first("user_id")),
    );
  }

  async insert(account: Pick<AccountRow, "user_id" | "email" | "password_hash">): Promise<void> {
    await this.database.run((query) => query("account").insert(account));
  }
}
