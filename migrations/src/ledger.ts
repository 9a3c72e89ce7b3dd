import type { Knex } from "knex";
import type pg from "pg";

export type Direction = "up" | "down";

/**
 * The record of runs, `migrations.run`. A run is recorded as `running` before it starts, and as `succeeded` within
 * the migration's own transaction, so that the record is true however the process ends.
 */
export class Ledger {
  constructor(private readonly client: pg.Client) {}

  /** Makes the ledger; runs that a killed process left `running` are marked `interrupted`. Call with the lock held. */
  async prepare(): Promise<void> {
    await this.client.query(`
      create schema if not exists migrations;
      create table if not exists migrations.run (
        id bigint generated always as identity primary key,
        schema text not null,
        name text not null,
        direction text not null check (direction in ('up', 'down')),
        sha256 text,
        started_at timestamptz not null default now(),
        finished_at timestamptz,
        outcome text not null default 'running'
          check (outcome in ('running', 'succeeded', 'failed', 'interrupted')),
        error text,
        who text not null
      );
      update migrations.run set outcome = 'interrupted' where outcome = 'running';`);
  }

  async start(run: { schema: string; name: string; direction: Direction; sha256: string | null; who: string }) {
    const { rows } = await this.client.query<{ id: string }>(
      `insert into migrations.run (schema, name, direction, sha256, started_at, who)
       values ($1, $2, $3, $4, clock_timestamp(), $5) returning id`,
      [run.schema, run.name, run.direction, run.sha256, run.who],
    );
    const id = rows[0]?.id;
    if (id === undefined) throw new Error("The ledger gave no id to a run.");
    return id;
  }

  async succeed(transaction: Knex, id: string): Promise<void> {
    await transaction.raw(
      "update migrations.run set outcome = 'succeeded', finished_at = clock_timestamp() where id = ?",
      [id],
    );
  }

  async fail(id: string, error: unknown): Promise<void> {
    await this.client.query(
      "update migrations.run set outcome = 'failed', finished_at = clock_timestamp(), error = $2 where id = $1",
      [id, error instanceof Error ? error.message : String(error)],
    );
  }
}
