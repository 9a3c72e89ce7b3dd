import { AsyncLocalStorage } from "node:async_hooks";
import knex, { type Knex } from "knex";
import { withDriverConnection } from "./driver-connection.js";
import { copyRows, type CopiedRow } from "./copy.js";
import { isUnstorableText, unstorableText } from "./constraint.js";

export interface DatabaseSettings {
  /** Connection string of the service's own role. */
  url: string;
  /** The service's schema. */
  schema: string;
  maximumConnections?: number;
}

/** The transaction of one unit of work, begun by its first statement: work that only computes holds no connection. */
interface Unit {
  transaction?: Promise<Knex.Transaction>;
  readonly afterCommit: (() => Promise<void>)[];
  readonly afterRollback: (() => Promise<void>)[];
}

/**
 * A service's way to its schema. Repositories call `run`; whoever owns a change calls `unitOfWork` around it, and
 * everything that runs inside, however deep, commits together or not at all.
 */
export class Database {
  readonly #knex: Knex;
  readonly #units = new AsyncLocalStorage<Unit | undefined>();

  constructor({ url, schema, maximumConnections = 10 }: DatabaseSettings) {
    this.#knex = knex({
      client: "pg",
      connection: { connectionString: url, application_name: schema },
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
      if (!unit) return await statements(this.#knex);
      unit.transaction ??= this.#knex.transaction();
      return await statements(await unit.transaction);
    } catch (error) {
      throw isUnstorableText(error) ? unstorableText(error) : error;
    }
  }

  /**
   * Runs a statement that each connection prepares once, under its name: for what every change waits for. Its parameters
   * are $1, $2 and so on.
   */
  async runPrepared<Row extends object>(
    statement: { readonly name: string; readonly text: string },
    values: readonly (string | number | null)[],
  ): Promise<Row[]> {
    this.#knex.emit("query", { sql: statement.text });
    return this.run((query) =>
      withDriverConnection(query, async (connection) => {
        const { rows } = await connection.query<Row>({ ...statement, values: [...values] });
        return rows;
      }),
    );
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
    const unit: Unit = { afterCommit: [], afterRollback: [] };
    let result: T;
    try {
      result = await this.#units.run(unit, work);
      if (unit.transaction) await commit(await unit.transaction);
    } catch (error) {
      // A transaction that could not begin, or whose connection died, has nothing to roll back.
      await unit.transaction?.then((transaction) => transaction.rollback()).catch(() => undefined);
      for (const work of unit.afterRollback) await this.#units.run(undefined, work);
      throw error;
    }
    for (const work of unit.afterCommit) await this.#units.run(undefined, work);
    return result;
  }
}

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
