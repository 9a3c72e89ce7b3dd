import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyDatabase, query, rolePasswords, type EmptyDatabase } from "./fixtures/empty-database.js";
import { histories } from "./histories.js";
import { migrateUp } from "./index.js";

const fixture = fileURLToPath(new URL("fixtures/migrate-up.mjs", import.meta.url));
const count = histories.flatMap(({ migrations }) => Object.keys(migrations)).length;
const succeeded = "select schema, name from migrations.run where outcome = 'succeeded'";

describe("runs that meet or die", () => {
  let database: EmptyDatabase;
  let url: string;

  beforeEach(async () => {
    database = await emptyDatabase();
    url = database.url;
  });
  afterEach(() => database.drop());

  it("wait for each other, and each migration is applied once", async () => {
    const lines: string[] = [];
    const runs = await Promise.all(
      [1, 2, 3].map(() => migrateUp({ url, rolePasswords, log: (line) => void lines.push(line) })),
    );
    expect(runs.map(({ length }) => length).sort((a, b) => a - b)).toEqual([0, 0, count]);
    expect(lines.filter((line) => line.includes("waiting"))).toHaveLength(2);
    expect(await query(url, succeeded)).toHaveLength(count);
  });

  it("on several databases of one cluster don't get into each other's way", async () => {
    const others = await Promise.all([emptyDatabase(), emptyDatabase(), emptyDatabase()]);
    try {
      const runs = await Promise.all([database, ...others].map((one) => migrateUp({ url: one.url, rolePasswords })));
      expect(runs.map(({ length }) => length)).toEqual([count, count, count, count]);
    } finally {
      for (const other of others) await other.drop();
    }
  });

  it("finish what killed ones began, with nothing applied twice and nothing half", async () => {
    let interrupted = 0;
    for (let round = 0; round < 12; round++) {
      const child = spawn(process.execPath, [fixture, url], { stdio: ["ignore", "pipe", "inherit"] });
      await once(child.stdout, "data");
      await sleep(10 + round * 12);
      if (child.kill("SIGKILL")) interrupted++;
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    expect(interrupted).toBeGreaterThan(3);
    await migrateUp({ url, rolePasswords });
    const rows = await query(url, succeeded);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(count);
    expect(rows).toHaveLength(count);
    expect(await query(url, "select 1 from migrations.run where outcome = 'running'")).toEqual([]);
    expect(await query(database.urlOf("users"), "select count(*)::int n from person")).toEqual([{ n: 0 }]);
  });

  it("heal a lock row that another tool's crash left in Knex's table", async () => {
    await migrateUp({ url });
    await query(url, "delete from users.knex_migrations where name = '0002-person'; drop table users.person");
    await query(url, "update users.knex_migrations_lock set is_locked = 1");
    expect(await migrateUp({ url })).toEqual(["users/0002-person"]);
  });
});
