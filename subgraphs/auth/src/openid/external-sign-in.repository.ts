import type { Database } from "@supergraph/persistence";

/** `auth.external_sign_in`: sign-ins whose person is at the provider right now. */
export class ExternalSignInRepository {
  constructor(private readonly database: Database) {}

  async insert(
    row: { state_hash: Buffer; browser_hash: Buffer; request_encrypted: Buffer },
    lifetimeSeconds: number,
  ): Promise<void> {
    await this.database.run((query) =>
      query("external_sign_in").insert({
        ...row,
        expires_at: query.raw("now() + make_interval(secs => ?)", [lifetimeSeconds]),
      }),
    );
  }

  /** Takes it, once, for the browser that began it. */
  async take(stateHash: Buffer, browserHash: Buffer): Promise<Buffer | undefined> {
    const [row] = await this.database.run((query) =>
      query("external_sign_in")
        .where({ state_hash: stateHash, browser_hash: browserHash })
        .whereRaw("expires_at > now()")
        .delete()
        .returning<{ request_encrypted: Buffer }[]>("request_encrypted"),
    );
    return row?.request_encrypted;
  }

  async prune(): Promise<void> {
    await this.database.run((query) => query("external_sign_in").whereRaw("expires_at < now()").delete());
  }
}
