import knexModule, { type Knex } from "knex";
import { readMigrations, type MigrationFile } from "./migration-files.js";
import { inEnvironment, orderMigrations } from "./migration-order.js";
import { takeRunLock } from "./run-lock.js";
import { MigrationRefusedError, nameOf, selectUp, type Selection } from "./selection.js";
import { services } from "./services.js";
import { faultsOf, statesOf, type StatusOptions } from "./status.js";

/** What `up` would run of one migration. */
export interface PlannedMigration {
  readonly schema: string;
  readonly name: string;
  /** False: it runs in no transaction, and so was not tried; its statements are not known. */
  readonly transaction: boolean;
  readonly statements: readonly PlannedStatement[];
}

export interface PlannedStatement {
  readonly sql: string;
  /** What stands for $1, $2 and so on. */
  readonly bindings: readonly unknown[];
}

/** Longer than this the plan waits for no lock: what it waits for would make others wait in turn. */
const LOCK_TIMEOUT = "5s";

/**
 * What `up` would run, statement by statement: all that is pending or selected runs in one transaction, which is rolled
 * back. It holds the locks that its statements take until then.
 * @throws as `migrateUp`; Error when one of them fails, with nothing changed
 */
export async function planMigrations(options: StatusOptions & Selection): Promise<PlannedMigration[]> {
  const { url, environment = "development" } = options;
  const files = orderMigrations(await readMigrations(options.directory));
  const lock = await takeRunLock(url, () => undefined);
  const knex = knexModule({
    client: "pg",
    connection: { connectionString: url, application_name: "migrations plan" },
    pool: { min: 0, max: 1 },
    log: { warn: () => undefined },
  });
  try {
    const states = await statesOf(lock.client, files, environment);
    const faults = faultsOf(states);
    if (faults.length > 0) throw new MigrationRefusedError(["Nothing can be planned:", ...faults].join("\n  "));
    const pending = new Set(states.filter(({ state }) => state === "pending").map(nameOf));
    const selected = selectUp(inEnvironment(files, environment), options);
    return await tryAll(
      knex,
      selected.filter((file) => pending.has(nameOf(file))),
    );
  } finally {
    await knex.destroy();
    await lock.release();
  }
}

async function tryAll(knex: Knex, files: readonly MigrationFile[]): Promise<PlannedMigration[]> {
  const transaction = await knex.transaction();
  try {
    await transaction.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    for (const schema of new Set([...services, ...files.map((file) => file.schema)]))
      await transaction.raw("create schema if not exists ??", [schema]);
    const planned: PlannedMigration[] = [];
    for (const file of files) planned.push(await tryOne(transaction, file));
    return planned;
  } finally {
    await transaction.rollback();
  }
}

async function tryOne(transaction: Knex.Transaction, file: MigrationFile): Promise<PlannedMigration> {
  const { schema, name } = file;
  const isTransactional = file.transaction ?? true;
  const statements: PlannedStatement[] = [];
  if (!isTransactional) return { schema, name, transaction: false, statements };
  const listen = ({ sql, bindings = [] }: PlannedStatement) => statements.push({ sql, bindings });
  transaction.on("query", listen);
  try {
    await file.up(transaction);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`Migration ${nameOf(file)} would fail: ${words}. Nothing was changed.`, { cause: error });
  } finally {
    transaction.removeListener("query", listen);
  }
  return { schema, name, transaction: true, statements };
}

/** The plan as a script to read: a heading for each migration, its statements, and their bindings as comments. */
export function planScript(planned: readonly PlannedMigration[]): string {
  return planned
    .map(({ transaction, statements, ...migration }) => {
      const heading = `-- ${nameOf(migration)}`;
      if (!transaction) return `${heading} runs in no transaction: it was not tried.`;
      return [heading, ...statements.map(scriptOf)].join("\n");
    })
    .join("\n\n");
}

/** A statement as a script has it; its bindings as a comment. */
export function scriptOf({ sql, bindings }: PlannedStatement): string {
  const text = sql.trim().replace(/;?$/, ";");
  return bindings.length === 0 ? text : `${text}\n-- with ${JSON.stringify(bindings)}`;
}
