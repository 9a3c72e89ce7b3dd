import type { Database } from "@supergraph/persistence";

/** What rate-limiter-flexible reads of node-postgres's answer. */
interface Result {
  rows: { points: number; expire: string | null }[];
  rowCount: number;
}

/**
 * `auth.rate_limit`, as rate-limiter-flexible's PostgreSQL store speaks to it: like a client of node-postgres. Each
 * statement stands by itself, so that a failure stays counted when the attempt that failed is rolled back.
 */
export class RateLimitRepository {
  constructor(private readonly database: Database) {}

  async query({ text, values }: { text: string; values: unknown[] }): Promise<Result> {
    const named = text.replaceAll(/\$(\d)/g, ":value$1");
    const bindings = Object.fromEntries(values.map((value, index) => [`value${index + 1}`, value]));
    return this.database.runApart((query) => query.raw<Result>(named, bindings as Record<string, string>));
  }

  /** Removes what no longer counts. */
  async prune(): Promise<void> {
    await this.database.runApart((query) => query("rate_limit").where("expire", "<", Date.now()).delete());
  }
}
