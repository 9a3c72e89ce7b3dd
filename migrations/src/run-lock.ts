import pg from "pg";

/** The name under which a run's statements reach PostgreSQL. */
export const STATEMENTS = "migrations";
const WAIT_MS = 30_000;

/** The one connection on which a run's lock and ledger live. */
export interface RunLock {
  readonly client: pg.Client;
  /** Throws when the connection, and with it the lock, has been lost. */
  assertHeld(): void;
  release(): Promise<void>;
}

/**
 * Waits until no other run migrates this database. The lock is a session's: the server frees it
 * when the connection ends, however that comes about.
 */
export async function takeRunLock(url: string, log: (line: string) => void): Promise<RunLock> {
  const client = new pg.Client({ connectionString: url, application_name: "migrations lock" });
  let lost: Error | undefined;
  client.on("error", (error) => (lost = error));
  await client.connect();
  try {
    // A server-wide limit on statements or on idle sessions must not take the lock away.
    await client.query("set statement_timeout = 0; set lock_timeout = 0; set idle_session_timeout = 0");
    const key = "hashtextextended('supergraph migrations', 0)";
    const tried = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${key}) as taken`);
    if (tried.rows[0]?.taken !== true) {
      log("Another run is migrating this database; waiting for it.");
      await client.query(`select pg_advisory_lock(${key})`);
    }
    await endDeadRuns(client);
  } catch (error) {
    await client.end();
    throw error;
  }
  return {
    client,
    assertHeld: () => {
      if (lost !== undefined) throw new Error("The migration lock was lost with its connection.", { cause: lost });
    },
    release: () => client.end(),
  };
}

/**
 * Ends what a run that lost the lock still has on the server, and waits for its end. PostgreSQL notices that a client died
 * only after the statement under way: its COMMIT could come after this run has looked what is applied, and an index that
 * it builds outside of a transaction would be built on.
 */
async function endDeadRuns(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ pid: number; ended: boolean }>(
    `select pid, pg_terminate_backend(pid, ${WAIT_MS}) as ended from pg_stat_activity
     where datname = current_database() and application_name = $1`,
    [STATEMENTS],
  );
  const stays = rows.filter(({ ended }) => !ended).map(({ pid }) => pid);
  if (stays.length > 0)
    throw new Error(`An earlier run's statement can't be ended, in PostgreSQL's process ${stays.join(", ")}.`);
}
