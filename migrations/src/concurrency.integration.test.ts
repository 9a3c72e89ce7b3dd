import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyDatabase, query, rolePasswords, type EmptyDatabase } from "./fixtures/empty-database.js";
import { readMigrations } from "./migration-files.js";
import { migrateDown, migrateUp } from "./index.js";

const count = (await readMigrations()).length;
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

  it("heal a lock row that another tool's crash left in Knex's table", async () => {
    await migrateUp({ url });
    const reverted = await migrateDown({ url, schema: "users" });
    await query(url, "update users.knex_migrations_lock set is_locked = 1");
    expect(await migrateUp({ url })).toEqual(reverted);
  });
});
