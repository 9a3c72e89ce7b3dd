import pg from "pg";
import { inEnvironment, orderMigrations } from "./migration-order.js";
import { readMigrations, type MigrationFile } from "./migration-files.js";
import { nameOf } from "./selection.js";

/**
 * - `skipped`: not for this environment.
 * - `edited`: its source is not the one that was applied.
 * - `missing`: applied to the database, unknown to this code.
 * - `unrecorded`: Knex's table holds it, the ledger doesn't.
 * - `unlisted`: the ledger holds it as applied, Knex's table doesn't.
 */
export type State = "applied" | "pending" | "skipped" | "edited" | "missing" | "unrecorded" | "unlisted";

/** Where one migration stands. */
export interface MigrationState {
  readonly schema: string;
  readonly name: string;
  readonly state: State;
  readonly appliedAt?: Date;
  /** The system's user who applied it, and the host. */
  readonly who?: string;
  readonly durationMs?: number;
  /** Of the source that was applied. */
  readonly appliedSha256?: string;
  /** Of the source that is here. */
  readonly sha256?: string;
}

export interface StatusOptions {
  /** The owner's connection string. */
  readonly url: string;
  /** Where the schemas' folders are; this package's own unless given. */
  readonly directory?: string | undefined;
  /** `development` unless given. */
  readonly environment?: string | undefined;
}

/** Every migration of every schema in the order of application. Changes nothing and waits for no run. */
export async function migrationStatus(options: StatusOptions): Promise<MigrationState[]> {
  const files = orderMigrations(await readMigrations(options.directory));
  const client = new pg.Client({ connectionString: options.url, application_name: "migrations status" });
  await client.connect();
  try {
    return await statesOf(client, files, options.environment ?? "development");
  } finally {
    await client.end();
  }
}

/** Of the files, in their order, and then of what the database holds beyond them. */
export async function statesOf(
  client: pg.Client,
  files: readonly MigrationFile[],
  environment: string,
): Promise<MigrationState[]> {
  const recorded = new Map((await readRecorded(client)).map((run) => [nameOf(run), run]));
  const listed = new Map((await readListed(client)).map((row) => [nameOf(row), row]));
  const here = new Set(inEnvironment(files, environment));
  const known = files.map((file) =>
    stateOf(file, { isHere: here.has(file), listed: listed.get(nameOf(file)), recorded: recorded.get(nameOf(file)) }),
  );
  const names = new Set(files.map(nameOf));
  const unknown = [...listed.values(), ...recorded.values()].filter((row) => !names.has(nameOf(row)));
  const missing = new Map(unknown.map((row) => [nameOf(row), row]));
  return [...known, ...[...missing.values()].map((row) => ({ ...appliedBy(row), state: "missing" as const }))];
}

/** What keeps `up` from being right, in words; empty when nothing does. */
export function faultsOf(states: readonly MigrationState[]): string[] {
  return states.flatMap((state) => {
    const name = nameOf(state);
    switch (state.state) {
      case "edited":
        return [
          `${name} was edited after it was applied: applied with sha256 ${state.appliedSha256 ?? ""}, its file has ${state.sha256 ?? ""}. Undo the edit; a change is a new migration.`,
        ];
      case "missing":
        return [`${name} is applied, and has no file here: this code is older than the database.`];
      case "unrecorded":
        return [`${name} stands in Knex's table and not in the ledger migrations.run: something else applied it.`];
      case "unlisted":
        return [`${name} is applied by the ledger migrations.run, and not in Knex's table of ${state.schema}.`];
      default:
        return [];
    }
  });
}

interface Listed {
  schema: string;
  name: string;
  appliedAt: Date;
}

interface Recorded extends Listed {
  who: string;
  durationMs: number | null;
  sha256: string | null;
}

function stateOf(
  file: MigrationFile,
  found: { isHere: boolean; listed: Listed | undefined; recorded: Recorded | undefined },
): MigrationState {
  const { listed, recorded, isHere } = found;
  const { schema, name, sha256 } = file;
  if (!listed && !recorded) return { schema, name, sha256, state: isHere ? "pending" : "skipped" };
  if (!recorded) return { ...appliedBy(listed as Listed), sha256, state: "unrecorded" };
  const isSame = recorded.sha256 === null || recorded.sha256 === sha256;
  return { ...appliedBy(recorded), sha256, state: !listed ? "unlisted" : isSame ? "applied" : "edited" };
}

function appliedBy(row: Listed | Recorded): Omit<MigrationState, "state"> {
  const { schema, name, appliedAt } = row;
  if (!("who" in row)) return { schema, name, appliedAt };
  const { who, durationMs, sha256 } = row;
  return {
    ...{ schema, name, appliedAt, who },
    ...(durationMs !== null && { durationMs }),
    ...(sha256 !== null && { appliedSha256: sha256 }),
  };
}

/** What is applied by the ledger: whose last run that succeeded was `up`. */
async function readRecorded(client: pg.Client): Promise<Recorded[]> {
  if (!(await exists(client, "migrations.run"))) return [];
  const { rows } = await client.query<Recorded>(
    `select schema, name, finished_at as "appliedAt", who,
            extract(epoch from finished_at - started_at)::double precision * 1000 as "durationMs",
            -- Before there was a version, sources were not compared; the next run brings such a ledger up.
            case when to_jsonb(last) ? 'tool_version' then sha256 end as sha256
     from (select distinct on (schema, name) * from migrations.run where outcome = 'succeeded'
           order by schema, name, id desc) as last
     where direction = 'up' order by id`,
  );
  return rows;
}

/** What is applied by Knex's own tables, one in each schema. */
async function readListed(client: pg.Client): Promise<Listed[]> {
  const tables = await client.query<{ schema: string }>(
    `select nspname as schema from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relname = 'knex_migrations' and relkind = 'r' order by nspname`,
  );
  const listed: Listed[] = [];
  for (const { schema } of tables.rows) {
    const { rows } = await client.query<{ name: string; appliedAt: Date }>(
      `select name, migration_time as "appliedAt" from ${pg.escapeIdentifier(schema)}.knex_migrations order by id`,
    );
    listed.push(...rows.map((row) => ({ schema, ...row })));
  }
  return listed;
}

async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>("select to_regclass($1) is not null as exists", [table]);
  return rows[0]?.exists === true;
}
