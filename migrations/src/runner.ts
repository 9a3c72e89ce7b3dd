import { hostname, userInfo } from "node:os";
import knexModule, { type Knex } from "knex";
import { sourceChecksum } from "./checksum.js";
import { applyGrants } from "./grants.js";
import { histories } from "./histories.js";
import { Ledger, type Direction } from "./ledger.js";
import type { SchemaHistory } from "./migration.js";
import { migratorConfig } from "./migrator-config.js";
import { takeRunLock, type RunLock } from "./run-lock.js";
import type { RolePasswords } from "./services.js";

export interface MigrationOptions {
  /** The owner's connection string. */
  readonly url: string;
  /** Roles that are not named here keep their password; a new one may not log in until it is given one. */
  readonly rolePasswords?: RolePasswords;
  /** Told what is done, a line at a time. Silent unless given. */
  readonly log?: (line: string) => void;
}

interface Run {
  readonly knex: Knex;
  readonly lock: RunLock;
  readonly ledger: Ledger;
  readonly log: (line: string) => void;
}

interface Step {
  readonly history: SchemaHistory;
  readonly name: string;
}

/**
 * Applies every migration that is pending, each in a transaction of its own, then refreshes roles and grants.
 * Runs on one database wait for each other. Returns what it applied, as `schema/name`.
 * Throws MigrationFailedError at the first that fails; those before it stay applied.
 */
export async function migrateUp(options: MigrationOptions): Promise<string[]> {
  return withRun(options, async (run) => {
    const pending: Step[] = [];
    for (const history of histories) {
      const [, names] = await listMigrations(run.knex, history);
      pending.push(...names.map((name) => ({ history, name })));
    }
    return takeSteps(run, pending, "up");
  });
}

/**
 * Reverts the last `steps` applied migrations (1 unless given), newest first, dependents before what they depend on.
 * Returns what it reverted, as `schema/name`. Throws MigrationFailedError at the first that fails.
 */
export async function migrateDown(options: MigrationOptions & { readonly steps?: number | "all" }): Promise<string[]> {
  return withRun(options, async (run) => {
    const applied: Step[] = [];
    for (const history of histories) {
      const [names] = await listMigrations(run.knex, history);
      applied.push(...names.map((name) => ({ history, name })));
    }
    const { steps = 1 } = options;
    return takeSteps(run, applied.reverse().slice(0, steps === "all" ? undefined : steps), "down");
  });
}

/** A migration did not go through; what it had done is rolled back. */
export class MigrationFailedError extends Error {
  override readonly name = "MigrationFailedError";

  constructor(
    readonly migration: string,
    readonly direction: Direction,
    cause: unknown,
  ) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super(`Migration ${migration} (${direction}) failed and was rolled back: ${words}`, { cause });
  }
}

async function withRun(options: MigrationOptions, work: (run: Run) => Promise<string[]>): Promise<string[]> {
  const { url, rolePasswords = {}, log = () => undefined } = options;
  const lock = await takeRunLock(url, log);
  const knex = knexModule({
    client: "pg",
    connection: { connectionString: url, application_name: "migrations" },
    pool: { min: 0, max: 1 },
    // Knex warns of failures on the console; here each becomes an error that says more.
    log: { warn: () => undefined },
  });
  try {
    const ledger = new Ledger(lock.client);
    await ledger.prepare();
    for (const { schema } of histories) {
      await knex.raw("create schema if not exists ??", [schema]);
      // A row that says "locked" while we hold the run's lock was left by a process that died.
      await knex.migrate.forceFreeMigrationsLock(migratorConfig(schema));
    }
    const done = await work({ knex, lock, ledger, log });
    await applyGrants(lock.client, url, rolePasswords);
    return done;
  } finally {
    await knex.destroy();
    await lock.release();
  }
}

async function listMigrations(knex: Knex, history: SchemaHistory): Promise<[applied: string[], pending: string[]]> {
  const answer: unknown = await knex.migrate.list(migratorConfig(history.schema, history));
  const [applied, pending] = answer as [{ name: string }[], string[]];
  return [applied.map(({ name }) => name), pending];
}

async function takeSteps(run: Run, steps: readonly Step[], direction: Direction): Promise<string[]> {
  const done: string[] = [];
  for (const step of steps) {
    await takeStep(run, step, direction);
    done.push(`${step.history.schema}/${step.name}`);
  }
  return done;
}

async function takeStep({ knex, lock, ledger, log }: Run, { history, name }: Step, direction: Direction) {
  const { schema } = history;
  const migration = `${schema}/${name}`;
  lock.assertHeld();
  const who = `${userInfo().username}@${hostname()}`;
  const id = await ledger.start({ schema, name, direction, sha256: await sourceChecksum(schema, name), who });
  try {
    // Migration, Knex's own row and the ledger's commit together or not at all.
    await knex.transaction(async (transaction) => {
      await transaction.migrate[direction]({ ...migratorConfig(schema, history), name });
      await ledger.succeed(transaction, id);
    });
  } catch (error) {
    // Without a database there is nowhere to record it; the next run then finds it interrupted.
    await ledger.fail(id, error).catch(() => undefined);
    throw new MigrationFailedError(migration, direction, error);
  }
  log(`${direction === "up" ? "Applied" : "Reverted"} ${migration}`);
}
