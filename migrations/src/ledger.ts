import type { Knex } from "knex";
import type pg from "pg";
import type { MigrationFile } from "./migration-files.js";

export type Direction = "up" | "down";

/** What a run is recorded with. */
export interface RunRecord {
  readonly schema: string;
  readonly name: string;
  readonly direction: Direction;
  readonly sha256: string;
  readonly who: string;
  readonly toolVersion: string;
  readonly environment: string;
}

/**
 * The record of runs, `migrations.run`. A run is recorded as `running` before it starts, and as `succeeded` within
 * the migration's own transaction, so that the record is true however the process ends.
 */
export class Ledger {
  constructor(private readonly client: pg.Client) {}

  /**
   * Makes the ledger, or brings it to this version; runs that a killed process left `running` are marked `interrupted`.
   * Call with the lock held.
   */
  async prepare(files: readonly MigrationFile[]): Promise<void> {
    await this.client.query("begin");
    try {
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
      if (!(await this.#comparesSources())) await this.#beginToCompare(files);
      await this.client.query("commit");
    } catch (error) {
      await this.client.query("rollback").catch(() => undefined);
      throw error;
    }
  }

  async start(run: RunRecord): Promise<string> {
    const { rows } = await this.client.query<{ id: string }>(
      `insert into migrations.run (schema, name, direction, sha256, started_at, who, tool_version, environment)
       values ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7) returning id`,
      [run.schema, run.name, run.direction, run.sha256, run.who, run.toolVersion, run.environment],
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

  /** Records as applied what was not run: it has taken no time. */
  async baseline(transaction: Knex, run: RunRecord): Promise<void> {
    await transaction.raw(
      `insert into migrations.run
         (schema, name, direction, sha256, started_at, finished_at, outcome, who, tool_version, environment, is_baseline)
       values (?, ?, ?, ?, now(), now(), 'succeeded', ?, ?, ?, true)`,
      [run.schema, run.name, run.direction, run.sha256, run.who, run.toolVersion, run.environment],
    );
  }

  async fail(id: string, error: unknown): Promise<void> {
    await this.client.query(
      "update migrations.run set outcome = 'failed', finished_at = clock_timestamp(), error = $2 where id = $1",
      [id, error instanceof Error ? error.message : String(error)],
    );
  }

  async #comparesSources(): Promise<boolean> {
    const { rows } = await this.client.query(
      `select from pg_attribute where attrelid = 'migrations.run'::regclass and attname = 'tool_version'`,
    );
    return rows.length > 0;
  }

  /** What was recorded before sources were compared counts as applied from the sources that are here now. */
  async #beginToCompare(files: readonly MigrationFile[]): Promise<void> {
    await this.client.query(`
      alter table migrations.run
        add tool_version text,
        add environment text,
        add is_baseline boolean not null default false,
        add duration_ms double precision
          generated always as (extract(epoch from finished_at - started_at)::double precision * 1000) stored;`);
    await this.client.query(
      `update migrations.run set sha256 = file.sha256
       from unnest($1::text[], $2::text[], $3::text[]) as file (schema, name, sha256)
       where run.schema = file.schema and run.name = file.name`,
      [files.map(({ schema }) => schema), files.map(({ name }) => name), files.map(({ sha256 }) => sha256)],
    );
  }
}
