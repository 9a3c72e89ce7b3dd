import type { Database } from "@supergraph/persistence";
import type { WrappedKey } from "../personal/wrapping-keys.js";

/** The service's own keys, each wrapped. */
export class SecretRepository {
  constructor(private readonly database: Database) {}

  async find(name: string): Promise<WrappedKey | undefined> {
    return this.database.run((query) => query<WrappedKey & { name: string }>("secret").where({ name }).first());
  }

  /** Keeps a secret under a name that has none yet. Of two who try at one moment the first one's stays. */
  async add(name: string, { wrapped, wrapping_key }: WrappedKey): Promise<void> {
    await this.database.run((query) =>
      query("secret").insert({ name, wrapped, wrapping_key }).onConflict("name").ignore(),
    );
  }

  /** The key of addresses that stood in the database in plain before it was wrapped; it is there no more after this. */
  async takePlainAddressKey(): Promise<Buffer | undefined> {
    return this.database.run(async (query) => {
      const [taken] = await query<{ key: Buffer }>("address_key").delete().returning("key");
      return taken?.key;
    });
  }
}
