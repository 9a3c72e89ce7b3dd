import type { Attempt } from "@supergraph/audit-trail";
import type { Database } from "@supergraph/persistence";

/** A row of the service's `intent`: what somebody asked for that crosses services, while it is not over. */
export interface IntentRow {
  id: string;
  kind: string;
  user_id: string;
  /** What the steps need to be carried out again. */
  payload: unknown;
  /** Who asked, and what is known of it: its audit event may be written by another process. */
  attempt: Attempt;
  request_id: string | null;
  trace_id: string | null;
  span_id: string | null;
}

const BATCH = 50;

export class IntentRepository {
  constructor(private readonly database: Database) {}

  async insert(intent: IntentRow): Promise<void> {
    const { payload, attempt, ...columns } = intent;
    const documents = { payload: JSON.stringify(payload), attempt: JSON.stringify(attempt) };
    await this.database.run((query) => query("intent").insert({ ...columns, ...documents }));
  }

  /** Takes the intent for the current unit of work; false when it is over. Waits for who has it. */
  async lock(id: string): Promise<boolean> {
    return this.database.run(async (query) => Boolean(await query("intent").where({ id }).forUpdate().first("id")));
  }

  /** Takes the intent for the current unit of work; false when it is over, or somebody has it. */
  async lockUnlessTaken(id: string): Promise<boolean> {
    return this.database.run(async (query) =>
      Boolean(await query("intent").where({ id }).forUpdate().skipLocked().first("id")),
    );
  }

  async delete(id: string): Promise<void> {
    await this.database.run((query) => query("intent").where({ id }).delete());
  }

  /** The oldest of those that were begun over `seconds` ago and that nobody has. */
  async findUntaken(seconds: number): Promise<IntentRow[]> {
    return this.database.run((query) =>
      query("intent")
        .whereRaw("started_at < now() - make_interval(secs => ?)", [seconds])
        .orderBy("started_at")
        .limit(BATCH)
        .forUpdate()
        .skipLocked()
        .select<IntentRow[]>("*"),
    );
  }
}
