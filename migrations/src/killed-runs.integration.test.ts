import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyDatabase, query, type EmptyDatabase } from "./fixtures/empty-database.js";
import { folderWithOwn } from "./fixtures/migration-folder.js";
import { migrateUp, migrationStatus } from "./index.js";
import { readMigrations } from "./migration-files.js";
import { faultsOf } from "./status.js";

const program = fileURLToPath(new URL("fixtures/migrate-up.mjs", import.meta.url));
const KILLS = 100;

/** What a database holds, object by object: two that hold the same give the same. */
const CONTENT = `
  select 'column' kind, table_schema || '.' || table_name || '.' || column_name what,
         data_type || is_nullable || coalesce(column_default, '') how
  from information_schema.columns where table_schema in ('users', 'auth', 'dynamic', 'audit')
  union all select 'index', schemaname || '.' || indexname, indexdef from pg_indexes
  where schemaname in ('users', 'auth', 'dynamic', 'audit')
  union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) from pg_constraint
  where connamespace::regnamespace::text in ('users', 'auth', 'dynamic', 'audit')
  union all select 'function', oid::regprocedure::text, prosrc from pg_proc
  where pronamespace::regnamespace::text in ('users', 'auth', 'dynamic', 'audit')
  union all select 'role', name, permissions::text from auth.role
  order by 1, 2, 3`;

describe("a run that is killed", () => {
  let database: EmptyDatabase;

  beforeEach(async () => {
    database = await emptyDatabase();
  });
  afterEach(() => database.drop());

  const run = (when: "sent" | "unsent", statement: number) =>
    spawnSync(process.execPath, [program, database.url, "-", when, String(statement)], {
      encoding: "utf8",
    });

  it(
    `at any statement, ${KILLS} times, is finished by the next: nothing twice, nothing half`,
    { timeout: 900_000 },
    async () => {
      const migrations = await readMigrations();
      let [kills, finished] = [0, 0];
      while (kills < KILLS) {
        const { signal, status, stderr } = run(
          Math.random() < 0.5 ? "sent" : "unsent",
          1 + Math.floor(Math.random() * 110),
        );
        expect(stderr).toBe("");
        if (signal === "SIGKILL") kills++;
        else expect(status).toBe(0);
        const states = await migrationStatus({ url: database.url });
        expect(faultsOf(states)).toEqual([]);
        if (states.some(({ state }) => state === "pending")) continue;
        finished++;
        await expectWhole(migrations.length);
        await database.drop();
        database = await emptyDatabase();
      }
      await migrateUp({ url: database.url });
      await expectWhole(migrations.length);
      expect(finished).toBeGreaterThan(0);
    },
  );

  /** It holds what an undisturbed run makes, and each migration was applied once. */
  async function expectWhole(count: number): Promise<void> {
    await migrateUp({ url: database.url });
    const undisturbed = await emptyDatabase();
    try {
      await migrateUp({ url: undisturbed.url });
      expect(await query(database.url, CONTENT)).toEqual(await query(undisturbed.url, CONTENT));
    } finally {
      await undisturbed.drop();
    }
    const [runs] = await query(
      database.url,
      `select count(*)::int n, count(distinct (schema, name))::int migrations,
              (select count(*)::int from migrations.run where outcome = 'running') running
       from migrations.run where outcome = 'succeeded'`,
    );
    expect(runs).toEqual({ n: count, migrations: count, running: 0 });
  }

  it("while it builds an index beside writers leaves an invalid one, which the next finds and builds anew", async () => {
    await migrateUp({ url: database.url });
    await query(database.url, "create table users.one (n int)");
    const folder = await folderWithOwn({
      "users/9001-one-n.ts": `import { concurrentIndex } from "@supergraph/migrations/kit";
        export default concurrentIndex({ schema: "users", name: "one_n", on: "one (n)" });`,
    });
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    try {
      // A transaction that has written keeps CREATE INDEX CONCURRENTLY waiting, with its index already there.
      await holder.query("begin; insert into users.one values (1)");
      const child = spawn(process.execPath, [program, database.url, folder.directory], { stdio: "ignore" });
      const validity = "select indisvalid as valid from pg_index where indexrelid = to_regclass('users.one_n')";
      await expect.poll(() => query(database.url, validity)).toEqual([{ valid: false }]);
      child.kill("SIGKILL");
      await once(child, "exit");
      const next = spawn(process.execPath, [program, database.url, folder.directory], { stdio: "ignore" });
      const other = "select count(*)::int n from migrations.run where name = '9001-one-n' and outcome = 'interrupted'";
      await expect.poll(() => query(database.url, other)).toEqual([{ n: 1 }]);
      // The dead run's statement, which PostgreSQL would have gone on with, is ended.
      const building =
        "select pid from pg_stat_activity where query ilike 'create index concurrently%' and state = 'active'";
      await expect.poll(() => query(database.url, building)).toEqual([]);
      await holder.query("commit");
      const [code] = (await once(next, "exit")) as [number];
      expect(code).toBe(0);
      expect(await query(database.url, validity)).toEqual([{ valid: true }]);
      expect(
        await query(database.url, "select outcome from migrations.run where name = '9001-one-n' order by id"),
      ).toEqual([{ outcome: "interrupted" }, { outcome: "succeeded" }]);
    } finally {
      await holder.end();
      await folder.remove();
    }
  });
});
