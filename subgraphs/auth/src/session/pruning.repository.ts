import type { Database } from "@supergraph/persistence";

/** Rows that one statement deletes: more would hold locks, and the replicas' log, for long. */
const BATCH = 5_000;

/** Deletes what is over: nothing reads it any more. */
export class PruningRepository {
  constructor(private readonly database: Database) {}

  /** Sessions that ended, or expired, so many hours ago, with their refresh tokens. */
  async deleteSessions(hours: number): Promise<void> {
    await this.deleteAll(
      `delete from session where id in (
         select id from session where coalesce(ended_at, expires_at) < now() - make_interval(hours => :hours)
         limit :batch for update skip locked
       )`,
      { hours },
    );
  }

  /** Refresh tokens of sessions that go on, which nobody can use, nor reuse, any more. */
  async deleteRefreshTokens(): Promise<void> {
    await this.deleteAll(
      `delete from refresh_token where token_hash in (
         select token_hash from refresh_token where expires_at < now() limit :batch for update skip locked
       )`,
      {},
    );
  }

  private async deleteAll(statement: string, values: Record<string, number>): Promise<void> {
    let deleted: number;
    do {
      const { rowCount } = await this.database.run((query) =>
        query.raw<{ rowCount: number }>(statement, { ...values, batch: BATCH }),
      );
      deleted = rowCount;
    } while (deleted === BATCH);
  }
}
