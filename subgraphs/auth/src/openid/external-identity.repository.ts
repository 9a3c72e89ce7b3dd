import type { Database } from "@supergraph/persistence";

/** `auth.external_identity`: which account is whose at an outside provider. */
export class ExternalIdentityRepository {
  constructor(private readonly database: Database) {}

  /** Whose account it is; notes that it is used. */
  async use(issuer: string, subject: string): Promise<string | undefined> {
    const [row] = await this.database.run((query) =>
      query("external_identity")
        .where({ issuer, subject })
        .update({ last_used_at: query.fn.now() })
        .returning<{ user_id: string }[]>("user_id"),
    );
    return row?.user_id;
  }

  async findByUser(userId: string): Promise<Record<string, unknown>[]> {
    return this.database.run((query) =>
      query("external_identity")
        .where({ user_id: userId })
        .orderBy("created_at")
        .select<Record<string, unknown>[]>("issuer", "subject", "created_at", "last_used_at"),
    );
  }

  async insert(issuer: string, subject: string, userId: string): Promise<void> {
    await this.database.run((query) => query("external_identity").insert({ issuer, subject, user_id: userId }));
  }
}
