import { newId, type Database } from "@supergraph/persistence";

/** A row of `auth.api_key`. The key itself is nowhere: only its hash. */
export interface ApiKeyRow {
  id: string;
  user_id: string;
  name: string;
  prefix: string;
  permissions: string[];
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

export interface NewApiKey extends Pick<ApiKeyRow, "user_id" | "name" | "prefix" | "permissions" | "expires_at"> {
  secret_hash: Buffer;
}

/** Whose key it is, when their account is active. */
export interface ApiKeyHolder extends ApiKeyRow {
  email: string;
}

const COLUMNS = [
  ...["id", "user_id", "name", "prefix", "permissions"],
  ...["created_at", "last_used_at", "expires_at", "revoked_at"],
];
const LIVE = "api_key.revoked_at is null and (api_key.expires_at is null or api_key.expires_at > now())";
/** What several gateways report at one time is written once. */
const SEEN_JUST_NOW = "interval '5 seconds'";

export class ApiKeyRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<ApiKeyRow | undefined> {
    return this.database.run((query) => query("api_key").where({ id }).first<ApiKeyRow | undefined>(COLUMNS));
  }

  /** All that the person has made, newest first, those that have ended included. */
  async findByUser(userId: string): Promise<ApiKeyRow[]> {
    return this.database.run((query) =>
      query("api_key")
        .where({ user_id: userId })
        .orderBy([
          { column: "created_at", order: "desc" },
          { column: "id", order: "desc" },
        ])
        .select<ApiKeyRow[]>(COLUMNS),
    );
  }

  /** The live key of this hash, when its owner's account is active. */
  async findHolder(secretHash: Buffer): Promise<ApiKeyHolder | undefined> {
    return this.database.run((query) =>
      query("api_key")
        .join("account", "account.user_id", "api_key.user_id")
        .where({ "api_key.secret_hash": secretHash, "account.status": "ACTIVE" })
        .whereRaw(LIVE)
        .first<ApiKeyHolder | undefined>([...COLUMNS.map((column) => `api_key.${column}`), "account.email"]),
    );
  }

  /**
   * How many live ones the person has, undefined when their account is not active; until the unit of work ends nobody
   * else adds one, and the account stays what it is.
   */
  async countLiveLocked(userId: string): Promise<number | undefined> {
    return this.database.run(async (query) => {
      const active = query("account").where({ user_id: userId, status: "ACTIVE" });
      if (!(await active.forNoKeyUpdate().first<object | undefined>("user_id"))) return undefined;
      const [counted] = await query("api_key")
        .where({ user_id: userId })
        .whereRaw(LIVE)
        .count<{ count: string }[]>("* as count");
      return Number(counted?.count ?? 0);
    });
  }

  async insert(key: NewApiKey): Promise<ApiKeyRow> {
    const [row] = await this.database.run((query) =>
      query("api_key")
        .insert({ id: newId(), ...key })
        .returning<ApiKeyRow[]>(COLUMNS),
    );
    if (!row) throw new Error("An inserted API key was not returned");
    return row;
  }

  /** Undefined when it was revoked already. */
  async revoke(id: string): Promise<ApiKeyRow | undefined> {
    const [row] = await this.database.run((query) =>
      query("api_key")
        .where({ id })
        .whereNull("revoked_at")
        .update({ revoked_at: query.fn.now() })
        .returning<ApiKeyRow[]>(COLUMNS),
    );
    return row;
  }

  /** Ends all that the person has made; how many there were. */
  async revokeAll(userId: string): Promise<number> {
    return this.database.run(async (query) =>
      query("api_key").where({ user_id: userId }).whereNull("revoked_at").update({ revoked_at: query.fn.now() }),
    );
  }

  /** Notes that these were used just now, in one statement. */
  async noteUse(ids: readonly string[]): Promise<void> {
    await this.database.run((query) =>
      // Gateways report the same keys at one time: in each other's order they would wait for each other for good.
      query("api_key")
        .whereIn("id", (used) => {
          void used
            .from("api_key")
            .whereRaw("id = any(?::uuid[])", [[...ids]])
            .whereRaw(`(last_used_at is null or last_used_at < now() - ${SEEN_JUST_NOW})`)
            .forUpdate()
            .skipLocked()
            .select("id");
        })
        .update({ last_used_at: query.fn.now() }),
    );
  }
}
