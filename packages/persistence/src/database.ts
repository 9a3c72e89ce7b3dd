import { AsyncLocalStorage } from "node:async_hooks";
import knex, { type Knex } from "knex";
import {
  runPreparedOn,
  withDriverConnection,
  type PreparedStatement,
  type StatementValue,
} from "./driver-connection.js";
import { copyRows, type CopiedRow } from "./copy.js";
import { isUnstorableText, unstorableText } from "./constraint.js";

export interface DatabaseSettings {
  /** Connection string of the service's own role. */
  url: string;
  /** The service's schema. */
  schema: string;
  maximumConnections?: number;
  /**
   * Whether a statement may be sent before the one ahead of it is answered; those that are sent at once then take one
   * round trip. Not together with `copyIn`.
   */
  isPipelined?: boolean;
}

/** What tells one unit of work's transaction from all others, for good. */
export interface IdentifiedUnit {
  /**
   * The id that PostgreSQL gave its transaction; undefined until that has begun. It is asked for along with the first
   * statement, and known before COMMIT is sent: as long as it isn't, nothing was committed.
   */
  readonly id?: Promise<string>;
}

/** The transaction of one unit of work, begun by its first statement: work that only computes holds no connection. */
interface Unit extends IdentifiedUnit {
  transaction?: Promise<Knex.Transaction>;
  isIdentified: boolean;
  id?: Promise<string>;
  /** Sent together with COMMIT. */
  readonly closing: { statement: PreparedStatement; values: readonly StatementValue[] }[];
  readonly afterCommit: (() => Promise<void>)[];
  readonly afterRollback: (() => Promise<void>)[];
}

/**
 * A service's way to its schema. Repositories call `run`; whoever owns a change calls `unitOfWork` around it, and
 * everything that runs inside, however deep, commits together or not at all.
 */
export class Database {
  readonly #knex: Knex;
  readonly #isPipelined: boolean;
  readonly #units = new AsyncLocalStorage<Unit | undefined>();

  constructor({ url, schema, maximumConnections = 10, isPipelined = false }: DatabaseSettings) {
    this.#isPipelined = isPipelined;
    const connection: ConnectionConfig = { connectionString: url, application_name: schema, pipeline: isPipelined };
    this.#knex = knex({
      client: "pg",
      connection,
      searchPath: [schema],
      pool: { min: 0, max: maximumConnections, afterCreate: discardOnceFatal },
      acquireConnectionTimeout: 10_000,
      // Else the message of an error holds the statement with its values, and whoever logs it logs those.
      compileSqlOnError: false,
      // What fails is thrown to who asked; on the console it would stand between the lines of the log.
      log: { warn: () => undefined, error: () => undefined },
    });
  }

  /**
   * Runs statements: in the current unit of work when there is one, else each by itself.
   * @throws SystemError INVALID_INPUT for text that PostgreSQL can't hold; else what the driver throws
   */
  async run<T>(statements: (query: Knex) => PromiseLike<T>): Promise<T> {
    const unit = this.#units.getStore();
    try {
      return await statements(unit ? await this.#begun(unit) : this.#knex);
    } catch (error) {
      throw asThrown(error);
    }
  }

  /**
   * Runs a statement that each connection prepares once, under its name: for what every change waits for. Its parameters
   * are $1, $2 and so on.
   */
  async runPrepared<Row extends object>(
    statement: PreparedStatement,
    values: readonly StatementValue[],
  ): Promise<Row[]> {
    this.#knex.emit("query", { sql: statement.text });
    return this.run((query) =>
      withDriverConnection(query, (connection) => runPreparedOn<Row>(connection, statement, values)),
    );
  }

  /**
   * Ends the current unit of work with a statement as of `runPrepared`. It is sent together with COMMIT, so that nobody
   * waits for its answer alone; when it fails, the unit fails with its error. Outside of a unit it runs at once.
   */
  async runWithCommit(statement: PreparedStatement, values: readonly StatementValue[]): Promise<void> {
    const unit = this.#units.getStore();
    if (unit) unit.closing.push({ statement, values });
    else await this.runPrepared(statement, values);
  }

  /** Has the transaction of the current unit of work identified; undefined outside of one. */
  identifyUnit(): IdentifiedUnit | undefined {
    const unit = this.#units.getStore();
    if (!unit) return undefined;
    unit.isIdentified = true;
    if (unit.transaction) unit.id ??= this.#idOf(unit.transaction);
    return unit;
  }

  /**
   * Adds rows to a table, all or none; in the current unit of work when there is one. For thousands: by COPY. They are
   * asked for in slices, each made while PostgreSQL stores the one before; what `slices` throws is thrown.
   */
  async copyIn<Row extends CopiedRow<Row>>(
    table: string,
    columns: readonly (keyof Row & string)[],
    slices: Iterable<readonly Row[]>,
  ): Promise<void> {
    await this.run((query) => copyRows(query, table, columns, slices));
  }

  /** Runs statements each by itself, outside of any unit of work: what they do stays when that is rolled back. */
  async runApart<T>(statements: (query: Knex) => PromiseLike<T>): Promise<T> {
    return this.#units.run(undefined, () => this.run(statements));
  }

  /** Commits all that `work` runs, or, when it throws, none of it. Inside another unit of work it is part of that. */
  async unitOfWork<T>(work: () => Promise<T>): Promise<T> {
    return this.#units.getStore() ? work() : this.#inNewUnit(work);
  }

  /** A unit of work of its own, even inside another: what it commits stays when the outer one is rolled back. */
  async independently<T>(work: () => Promise<T>): Promise<T> {
    return this.#inNewUnit(work);
  }

  /**
   * Runs `work` once the current unit of work has committed, before its result is returned; at once outside of one.
   * The change stands by then: `work` must not throw for anything that the caller could take for a failure of it.
   */
  async afterCommit(work: () => Promise<void>): Promise<void> {
    const unit = this.#units.getStore();
    if (unit) unit.afterCommit.push(work);
    else await work();
  }

  /**
   * Runs `work` should the current unit of work fail, once its locks are given up and before its error is thrown.
   * That error is what the caller gets: `work` must not throw. Outside of a unit of work it never runs.
   */
  afterRollback(work: () => Promise<void>): void {
    this.#units.getStore()?.afterRollback.push(work);
  }

  /** Called for every statement that is sent; for tests that count them. Returns how to stop. */
  onStatement(listener: (sql: string) => void): () => void {
    const listen = ({ sql }: { sql: string }) => listener(sql);
    this.#knex.on("query", listen);
    return () => this.#knex.removeListener("query", listen);
  }

  /** Throws when the database can't be reached. */
  async ping(): Promise<void> {
    await this.#knex.raw("select 1");
  }

  async close(): Promise<void> {
    await this.#knex.destroy();
  }

  async #inNewUnit<T>(work: () => Promise<T>): Promise<T> {
    const unit: Unit = { isIdentified: false, closing: [], afterCommit: [], afterRollback: [] };
    let result: T;
    try {
      result = await this.#units.run(unit, work);
      if (unit.transaction || unit.closing.length > 0) await this.#commit(unit);
    } catch (error) {
      // A transaction that could not begin, or whose connection died, has nothing to roll back.
      await unit.transaction?.then((transaction) => transaction.rollback()).catch(() => undefined);
      for (const work of unit.afterRollback) await this.#units.run(undefined, work);
      throw error;
    }
    for (const work of unit.afterCommit) await this.#units.run(undefined, work);
    return result;
  }

  async #begun(unit: Unit): Promise<Knex.Transaction> {
    const transaction = await (unit.transaction ??= this.#begin(unit));
    // A connection that does not pipeline takes one statement at a time.
    if (!this.#isPipelined) await unit.id?.catch(() => undefined);
    return transaction;
  }

  async #begin(unit: Unit): Promise<Knex.Transaction> {
    const transaction = await this.#knex.transaction();
    if (unit.isIdentified) unit.id = this.#idOf(transaction);
    return transaction;
  }

  #idOf(transaction: Knex.Transaction | Promise<Knex.Transaction>): Promise<string> {
    const id = this.#askForId(transaction);
    // Whoever needs it hears of it when it fails; until then nobody does.
    id.catch(() => undefined);
    return id;
  }

  async #askForId(transaction: Knex.Transaction | Promise<Knex.Transaction>): Promise<string> {
    const begun = await transaction;
    this.#knex.emit("query", { sql: TRANSACTION_ID.text });
    const [row] = await withDriverConnection(begun, (connection) =>
      runPreparedOn<{ id: string }>(connection, TRANSACTION_ID, []),
    );
    if (!row) throw new Error("PostgreSQL does not tell a transaction's id");
    return row.id;
  }

  async #commit(unit: Unit): Promise<void> {
    const transaction = await this.#begun(unit);
    await unit.id;
    await withDriverConnection(transaction, async (connection) => {
      const steps = unit.closing.map(({ statement, values }) => () => {
        this.#knex.emit("query", { sql: statement.text });
        return runPreparedOn(connection, statement, values);
      });
      await inOrder<unknown>([...steps, () => commit(transaction)], { isAtOnce: this.#isPipelined });
    });
  }
}

/** Takes the steps in order; at once: without waiting for the one before. Throws what the first to fail threw. */
async function inOrder<T>(steps: readonly (() => Promise<T>)[], { isAtOnce }: { isAtOnce: boolean }): Promise<void> {
  try {
    if (!isAtOnce) for (const step of steps) await step();
    else
      for (const answer of await Promise.allSettled(steps.map((step) => step())))
        if (answer.status === "rejected") throw answer.reason;
  } catch (error) {
    throw asThrown(error);
  }
}

/** What failed, as whoever called hears of it. */
function asThrown(error: unknown): unknown {
  return isUnstorableText(error) ? unstorableText(error) : error;
}

/** Knex has no word for node-postgres's own settings. */
interface ConnectionConfig extends Knex.PgConnectionConfig {
  pipeline: boolean;
}

const TRANSACTION_ID = { name: "transaction-id", text: "select pg_current_xact_id()::text as id" };

/**
 * Keeps a connection that PostgreSQL has ended out of the pool. Knex notices only one that dies between two statements:
 * FATAL in answer to a statement reaches the statement alone, and the connection would go to the next who asks.
 */
function discardOnceFatal(client: PooledClient, done: () => void): void {
  client.connection.on("errorMessage", (error) => {
    if (error.severity === "FATAL") client.__knex__disposed = error;
  });
  done();
}

/** What Knex pools: node-postgres's client, with the mark by which Knex knows one not to be used again. */
interface PooledClient {
  readonly connection: { on(event: "errorMessage", listener: (error: { severity?: string }) => void): void };
  __knex__disposed?: unknown;
}

/**
 * Commits, or throws. Knex's own `commit()` resolves also when COMMIT failed: only its `executionPromise` tells. And
 * PostgreSQL answers COMMIT with ROLLBACK, not with an error, when a statement before it had failed and was ignored.
 */
async function commit(transaction: Knex.Transaction): Promise<void> {
  const answer: unknown = await transaction.commit();
  await transaction.executionPromise;
  const { response } = answer as { response?: { command?: string } };
  if (response?.command !== "COMMIT")
    throw new Error("A statement of this unit of work had failed: nothing was committed");
}
