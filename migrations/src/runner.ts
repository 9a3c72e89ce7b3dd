import { hostname, userInfo } from "node:os";
import knexModule, { type Knex } from "knex";
import { applyGrants } from "./grants.js";
import { Ledger, type Direction, type RunRecord } from "./ledger.js";
import { readMigrations, type MigrationFile } from "./migration-files.js";
import { inEnvironment, orderMigrations } from "./migration-order.js";
import { migratorConfig } from "./migrator-config.js";
import { STATEMENTS, takeRunLock, type RunLock } from "./run-lock.js";
import { MigrationRefusedError, nameOf, selectDown, selectUp, type Selection } from "./selection.js";
import { services, type RolePasswords } from "./services.js";
import { faultsOf, statesOf, type State, type StatusOptions } from "./status.js";
import { TOOL_VERSION } from "./tool-version.js";

export interface MigrationOptions extends StatusOptions {
  /** Roles that are not named here keep their password; a new one may not log in until it is given one. */
  readonly rolePasswords?: RolePasswords;
  /** Told what is done, a line at a time. Silent unless given. */
  readonly log?: (line: string) => void;
}

interface Run {
  readonly knex: Knex;
  readonly lock: RunLock;
  readonly ledger: Ledger;
  readonly environment: string;
  readonly log: (line: string) => void;
  /** Every migration there is, in order. */
  readonly files: readonly MigrationFile[];
  /** Those that are applied, in order. */
  readonly applied: readonly MigrationFile[];
  /** Where each stood when the run began. */
  readonly stateOf: (file: MigrationFile) => State | undefined;
}

/** Makes what migrations need: schemas, the services' roles, the ledger. Applies none. May be repeated. */
export async function initialise(options: MigrationOptions): Promise<void> {
  await withRun(options, () => Promise.resolve([]));
}

/**
 * Applies what is pending, or of that what is selected and all it depends on, each in a transaction of its own, then
 * refreshes roles and grants. Runs on one database wait for each other. Returns what it applied, as `schema/name`.
 * @throws MigrationFilesError when the files are not what they must be
 * @throws MigrationRefusedError when the database holds something else than these files
 * @throws MigrationFailedError at the first that fails; those before it stay applied
 */
export async function migrateUp(options: MigrationOptions & Selection): Promise<string[]> {
  return withRun(options, (run) => {
    const selected = selectUp(inEnvironment(run.files, run.environment), options);
    return takeSteps(
      run,
      selected.filter((file) => !run.applied.includes(file)),
      "up",
    );
  });
}

/**
 * Reverts the last `steps` applied migrations (1 unless given), or all of a schema that were applied after `to`; newest
 * first, dependents before what they depend on. Returns what it reverted, as `schema/name`.
 * @throws as `migrateUp`; MigrationRefusedError also when a migration that stays depends on one that would go
 */
export async function migrateDown(
  options: MigrationOptions & Selection & { readonly steps?: number | "all" | undefined },
): Promise<string[]> {
  return withRun(options, (run) => takeSteps(run, selectDown(run.applied, options), "down"));
}

/** Reverts the newest applied migration, of all or of the schema, and applies it again. Throws as `migrateDown`. */
export async function redoMigration(options: MigrationOptions & Pick<Selection, "schema">): Promise<string[]> {
  return withRun(options, async (run) => {
    const newest = selectDown(run.applied, { schema: options.schema });
    await takeSteps(run, newest, "down");
    return takeSteps(run, newest, "up");
  });
}

/**
 * Takes the selected migrations, and what they depend on, for applied without running them: for a schema that something
 * else made, and for records that were lost. Returns which it took for applied, as `schema/name`. Throws as `migrateUp`,
 * but for records that are missing.
 */
export async function baselineMigrations(options: MigrationOptions & Selection): Promise<string[]> {
  return withRun(
    options,
    async (run) => {
      const selected = selectUp(inEnvironment(run.files, run.environment), options);
      const taken = selected.filter((file) => !run.applied.includes(file));
      for (const file of taken) await takeForApplied(run, file);
      return taken.map(nameOf);
    },
    ["unrecorded", "unlisted"],
  );
}

/** A migration did not go through; what it had done is rolled back, unless it runs in no transaction. */
export class MigrationFailedError extends Error {
  override readonly name = "MigrationFailedError";
  readonly migration: string;

  constructor(
    file: MigrationFile,
    readonly direction: Direction,
    cause: unknown,
  ) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const left =
      file.transaction === false
        ? "and may have done a part, as it runs in no transaction; the next run begins it again"
        : "and was rolled back";
    super(`Migration ${nameOf(file)} (${direction}) failed ${left}: ${words}`, { cause });
    this.migration = nameOf(file);
  }
}

/** @param tolerated states that would keep the work from being right, which it is there to mend */
async function withRun(
  options: MigrationOptions,
  work: (run: Run) => Promise<string[]>,
  tolerated: readonly State[] = [],
): Promise<string[]> {
  const { url, rolePasswords = {}, environment = "development", log = () => undefined } = options;
  const files = orderMigrations(await readMigrations(options.directory));
  const lock = await takeRunLock(url, log);
  const knex = knexModule({
    client: "pg",
    connection: { connectionString: url, application_name: STATEMENTS },
    pool: { min: 0, max: 1 },
    // Knex warns of failures on the console; here each becomes an error that says more.
    log: { warn: () => undefined },
  });
  try {
    const ledger = new Ledger(lock.client);
    await ledger.prepare(files);
    for (const schema of new Set([...services, ...files.map((file) => file.schema)])) {
      await knex.raw("create schema if not exists ??", [schema]);
      // A row that says "locked" while we hold the run's lock was left by a process that died.
      await knex.migrate.forceFreeMigrationsLock(migratorConfig(schema, files));
    }
    const states = await statesOf(lock.client, files, environment);
    const faults = faultsOf(states.filter(({ state }) => !tolerated.includes(state)));
    if (faults.length > 0) throw new MigrationRefusedError(["Nothing was run:", ...faults].join("\n  "));
    const byName = new Map(states.map((state) => [nameOf(state), state.state]));
    const stateOf = (file: MigrationFile) => byName.get(nameOf(file));
    const applied = files.filter((file) => stateOf(file) === "applied");
    const done = await work({ knex, lock, ledger, environment, log, files, applied, stateOf });
    await applyGrants(lock.client, url, rolePasswords);
    return done;
  } finally {
    await knex.destroy();
    await lock.release();
  }
}

async function takeSteps(run: Run, steps: readonly MigrationFile[], direction: Direction): Promise<string[]> {
  for (const step of steps) await takeStep(run, step, direction);
  return steps.map(nameOf);
}

async function takeStep(run: Run, file: MigrationFile, direction: Direction): Promise<void> {
  const { knex, lock, ledger, log, files } = run;
  const { schema, name } = file;
  lock.assertHeld();
  const id = await ledger.start(recordOf(run, file, direction));
  try {
    const isTransactional = file.transaction ?? true;
    if (!isTransactional) await file[direction](knex);
    const config = migratorConfig(schema, isTransactional ? files : withoutWork(files, file));
    // Migration, Knex's own row and the ledger's commit together or not at all; of what runs in no transaction both rows.
    await knex.transaction(async (transaction) => {
      await transaction.migrate[direction]({ ...config, name });
      await ledger.succeed(transaction, id);
    });
  } catch (error) {
    // Without a database there is nowhere to record it; the next run then finds it interrupted.
    await ledger.fail(id, error).catch(() => undefined);
    throw new MigrationFailedError(file, direction, error);
  }
  log(`${direction === "up" ? "Applied" : "Reverted"} ${nameOf(file)}`);
}

/** Makes up for the records that are missing of it, both at once. */
async function takeForApplied(run: Run, file: MigrationFile): Promise<void> {
  const { knex, lock, ledger, log, files, stateOf } = run;
  const { schema, name } = file;
  lock.assertHeld();
  await knex.transaction(async (transaction) => {
    if (stateOf(file) !== "unrecorded")
      await transaction.migrate.up({ ...migratorConfig(schema, withoutWork(files, file)), name });
    if (stateOf(file) !== "unlisted") await ledger.baseline(transaction, recordOf(run, file, "up"));
  });
  log(`Took ${nameOf(file)} for applied`);
}

function recordOf({ environment }: Run, { schema, name, sha256 }: MigrationFile, direction: Direction): RunRecord {
  const who = `${userInfo().username}@${hostname()}`;
  return { schema, name, direction, sha256, who, environment, toolVersion: TOOL_VERSION };
}

/** The same files, of which one does nothing: Knex then only notes that it was run. */
function withoutWork(files: readonly MigrationFile[], file: MigrationFile): MigrationFile[] {
  const nothing = () => Promise.resolve();
  return files.map((other) => (other === file ? { ...file, up: nothing, down: nothing } : other));
}
