import pg from "pg";

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
