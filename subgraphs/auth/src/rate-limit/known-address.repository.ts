import type { Database } from "@supergraph/persistence";

/** `auth.known_address`: where people have signed in from, as keyed hashes. */
export class KnownAddressRepository {
  constructor(private readonly database: Database) {}

  async has(userId: string, addressHash: Buffer, withinDays: number): Promise<boolean> {
    const rows = await this.database.runApart((query) =>
      query("known_address")
        .where({ user_id: userId, address_hash: addressHash })
        .whereRaw("signed_in_at > now() - make_interval(days => ?)", [withinDays])
        .pluck<string[]>("user_id"),
    );
    return rows.length > 0;
  }

  async remember(userId: string, addressHash: Buffer): Promise<void> {
    await this.database.run((query) =>
      query("known_address")
        .insert({ user_id: userId, address_hash: addressHash })
        .onConflict(["user_id", "address_hash"])
        .merge({ signed_in_at: query.fn.now() }),
    );
  }

  async prune(olderThanDays: number): Promise<void> {
    await this.database.runApart((query) =>
      query("known_address").whereRaw("signed_in_at < now() - make_interval(days => ?)", [olderThanDays]).delete(),
    );
  }
}
