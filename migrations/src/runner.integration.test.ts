import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyDatabase, query, rolePasswords, type EmptyDatabase } from "./fixtures/empty-database.js";
import { folderOf, tableMigration as table, type Folder } from "./fixtures/migration-folder.js";
import { migrateDown, migrateUp, migrationStatus } from "./index.js";
import { lintMigrations } from "./lint.js";
import { readMigrations } from "./migration-files.js";
import { orderMigrations } from "./migration-order.js";
import { nameOf } from "./selection.js";
import { services } from "./services.js";

const all = orderMigrations(await readMigrations()).map(nameOf);

describe("a run of the migrations", () => {
  let database: EmptyDatabase;
  let url: string;

  beforeEach(async () => {
    database = await emptyDatabase();
    url = database.url;
  });
  afterEach(() => database.drop());

  it("applies everything to an empty database, and nothing the second time", async () => {
    expect(await migrateUp({ url, rolePasswords })).toEqual(all);
    expect(await migrateUp({ url, rolePasswords })).toEqual([]);
  });

  it("holds no dangerous statement without a reason", { timeout: 120_000 }, async () => {
    const { linted, ...report } = await lintMigrations({ url });
    expect(report).toEqual({ dangers: [], needless: [], notLinted: [] });
    expect(linted).toBe(all.length);
  });

  it("seeds the built-in roles", async () => {
    await migrateUp({ url });
    expect(await query(url, "select name, permissions from auth.role where built_in order by id")).toEqual([
      { name: "admin", permissions: ["*"] },
      {
        name: "user",
        permissions: ["users:read:own", "users:update:own", "sessions:read:own", "sessions:revoke:own"].concat([
          "users:delete:own",
          "users:export:own",
          "api-keys:read:own",
          "api-keys:revoke:own",
        ]),
      },
      { name: "auditor", permissions: ["audit:read", "audit:verify", "users:read", "entity-types:read"] },
    ]);
  });

  it("gives all outboxes the same columns, checks and indexes", async () => {
    await migrateUp({ url });
    const shapes = await query(
      url,
      `select distinct shape from (
         select table_schema, string_agg(column_name || data_type || is_nullable || coalesce(column_default, ''), ','
           order by ordinal_position) shape
         from information_schema.columns where table_name = 'audit_outbox' group by table_schema) s`,
    );
    expect(shapes).toHaveLength(1);
    const indexes = await query(url, "select count(*)::int n from pg_indexes where tablename = 'audit_outbox'");
    expect(indexes).toEqual([{ n: 8 }]);
  });

  it("shows an event as known as soon as it stands in any outbox", async () => {
    await migrateUp({ url });
    for (const schema of services) await query(url, insertEvent(`${schema}.audit_outbox`, schema));
    const rows = await query(url, "select service, leaf_index from audit.known_event order by service");
    expect(rows.map(({ service }) => service)).toEqual(["audit", "auth", "dynamic", "users"]);
    expect(rows.every(({ leaf_index }) => leaf_index === null)).toBe(true);
  });

  it("reverts the last migrations, newest first, and applies them again", async () => {
    await migrateUp({ url });
    const newestFirst = [...all].reverse();
    expect(await migrateDown({ url })).toEqual(newestFirst.slice(0, 1));
    expect(await migrateDown({ url, steps: 3 })).toEqual(newestFirst.slice(1, 4));
    expect(await migrateUp({ url })).toEqual(all.slice(-4));
  });

  it("reverts everything, tables of entity types included, and leaves none behind", async () => {
    await migrateUp({ url });
    await query(url, "insert into dynamic.entity_type values ('Product', 'products', '{}')");
    await query(url, 'create table dynamic."Product" (id uuid references dynamic.entity (id))');
    expect(await migrateDown({ url, steps: "all" })).toEqual([...all].reverse());
    const left = await query(
      url,
      `select table_schema, table_name from information_schema.tables
       where table_schema in ('users', 'auth', 'dynamic', 'audit') and table_name not like 'knex\\_%'`,
    );
    expect(left).toEqual([]);
    expect(await migrateUp({ url })).toEqual(all);
  });

  it("tells what is applied, what is pending and what this code does not know", async () => {
    expect((await migrationStatus({ url })).map(({ state }) => state)).toEqual(all.map(() => "pending"));
    await migrateUp({ url });
    await migrateDown({ url });
    await query(url, "insert into users.knex_migrations (name, batch, migration_time) values ('9999-later', 1, now())");
    const states = await migrationStatus({ url });
    expect(states.find(({ name }) => name === "0002-person")).toMatchObject({ state: "applied" });
    expect(states.find(({ schema, name }) => `${schema}/${name}` === all.at(-1))).toMatchObject({ state: "pending" });
    expect(states.find(({ name }) => name === "9999-later")).toMatchObject({ schema: "users", state: "missing" });
  });

  it("records who ran what, when, with the checksum of its source", async () => {
    await migrateUp({ url });
    const rows = await query(url, "select * from migrations.run order by id");
    expect(rows.map(({ schema, name }) => `${String(schema)}/${String(name)}`)).toEqual(all);
    for (const row of rows) {
      expect(row).toMatchObject({ direction: "up", outcome: "succeeded", error: null });
      expect(row["sha256"]).toMatch(/^[0-9a-f]{64}$/);
      expect(row["who"]).toContain("@");
      expect(Number(row["finished_at"])).toBeGreaterThanOrEqual(Number(row["started_at"]));
    }
  });
});

describe("a run of migrations of any folder", () => {
  let database: EmptyDatabase;
  let folder: Folder;
  const options = () => ({ url: database.url, directory: folder.directory });
  const recorded = (columns: string) => query(database.url, `select ${columns} from migrations.run order by id`);

  beforeEach(async () => {
    database = await emptyDatabase();
    folder = await folderOf({
      "users/0001-one.ts": table("users.one"),
      "users/0002-two.ts": table("users.two"),
      "auth/0001-key.ts": table("auth.key", `dependsOn: ["users@0001"],`),
    });
  });
  afterEach(async () => {
    await folder.remove();
    await database.drop();
  });

  it("keeps what went through before one that fails, nothing of that one, and records why", async () => {
    await folder.write({
      "users/0002-two.ts": `export default {
        up: async (knex) => { await knex.raw("create table users.half (n int)"); await knex.raw("select 1 / 0"); },
        down: async () => {},
      };`,
    });
    await expect(migrateUp(options())).rejects.toMatchObject({
      name: "MigrationFailedError",
      migration: "users/0002-two",
      message: expect.stringContaining("division by zero") as string,
    });
    const [left] = await query(
      database.url,
      "select to_regclass('users.half') half, to_regclass('users.one')::text one",
    );
    expect(left).toEqual({ half: null, one: "users.one" });
    expect(await recorded("name, outcome, coalesce(error, '') ~ 'division by zero' as why")).toEqual([
      { name: "0001-one", outcome: "succeeded", why: false },
      { name: "0001-key", outcome: "succeeded", why: false },
      { name: "0002-two", outcome: "failed", why: true },
    ]);
  });

  it("stops at one that was edited after it was applied, with both hashes, and runs nothing", async () => {
    await migrateUp({ ...options(), schema: "auth" });
    const [{ sha256: applied } = {}] = await query(
      database.url,
      "select sha256 from migrations.run where schema = 'users'",
    );
    await folder.replace("users/0001-one.ts", table("users.other"));
    const states = await migrationStatus(options());
    const edited = states.find(({ state }) => state === "edited");
    expect(edited).toMatchObject({ schema: "users", name: "0001-one", appliedSha256: applied });
    expect(edited?.sha256).not.toBe(applied);
    const refused = migrateUp(options());
    await expect(refused).rejects.toMatchObject({ name: "MigrationRefusedError" });
    await expect(refused).rejects.toThrow(
      `users/0001-one was edited after it was applied: applied with sha256 ${String(applied)}, its file has ${edited?.sha256 ?? ""}`,
    );
    await expect(migrateDown(options())).rejects.toThrow("users/0001-one was edited");
    expect((await migrationStatus(options())).filter(({ state }) => state === "pending")).toHaveLength(1);
  });

  it("is not stopped by line ends and blanks at their ends", async () => {
    await migrateUp(options());
    await folder.replace("users/0001-one.ts", `${table("users.one").replaceAll("\n", "  \r\n")}\r\n`);
    expect(await migrateUp(options())).toEqual([]);
  });

  it("stops where the database is ahead of the files", async () => {
    await migrateUp(options());
    await folder.delete("users/0002-two.ts");
    await expect(migrateUp(options())).rejects.toThrow("users/0002-two is applied, and has no file here");
  });

  it("stops where Knex's table and the ledger tell different things", async () => {
    await migrateUp(options());
    await query(database.url, "delete from users.knex_migrations where name = '0002-two'");
    await query(database.url, "delete from migrations.run where schema = 'auth'");
    const refused = migrateUp(options());
    await expect(refused).rejects.toThrow(
      "users/0002-two is applied by the ledger migrations.run, and not in Knex's table",
    );
    await expect(refused).rejects.toThrow("auth/0001-key stands in Knex's table and not in the ledger");
    expect((await migrationStatus(options())).map(({ state }) => state).sort()).toEqual([
      "applied",
      "unlisted",
      "unrecorded",
    ]);
  });

  it("applies of a schema what is selected, and what that depends on", async () => {
    expect(await migrateUp({ ...options(), schema: "auth" })).toEqual(["users/0001-one", "auth/0001-key"]);
    expect(await migrateUp({ ...options(), to: "users@0001" })).toEqual([]);
    expect(await migrateUp({ ...options(), schema: "users", to: "0002" })).toEqual(["users/0002-two"]);
  });

  it("reverts none that another schema's applied one depends on", async () => {
    await migrateUp(options());
    expect(await migrateDown({ ...options(), schema: "users", to: "0001" })).toEqual(["users/0002-two"]);
    await expect(migrateDown({ ...options(), schema: "users" })).rejects.toThrow(
      "users/0001-one can't be reverted: auth/0001-key, which is applied, depends on it",
    );
    expect(await migrateDown({ ...options(), schema: "auth" })).toEqual(["auth/0001-key"]);
    expect(await migrateDown({ ...options(), schema: "users" })).toEqual(["users/0001-one"]);
  });

  it("leaves out what is for another environment", async () => {
    await folder.write({ "users/0003-sample.ts": table("users.sample", `environments: ["development"],`) });
    expect(await migrateUp({ ...options(), environment: "production" })).not.toContain("users/0003-sample");
    const states = await migrationStatus({ ...options(), environment: "production" });
    expect(states.find(({ name }) => name === "0003-sample")?.state).toBe("skipped");
    expect(await migrateUp(options())).toEqual(["users/0003-sample"]);
    const environments = (await recorded("environment")).map(({ environment }) => environment);
    expect(new Set(environments)).toEqual(new Set(["production", "development"]));
  });

  it("records by which version, in which environment, and how long it took", async () => {
    await migrateUp({ ...options(), environment: "test" });
    for (const row of await recorded("*")) {
      expect(row).toMatchObject({ tool_version: "0.1.0", environment: "test" });
      expect(row["duration_ms"]).toBeGreaterThan(0);
    }
  });

  it("takes what was recorded before sources were compared for applied from the files that are here", async () => {
    await migrateUp(options());
    await query(
      database.url,
      `alter table migrations.run drop duration_ms, drop tool_version, drop environment, drop is_baseline;
       update migrations.run set sha256 = 'of another layout'`,
    );
    expect((await migrationStatus(options())).every(({ state }) => state === "applied")).toBe(true);
    expect(await migrateUp(options())).toEqual([]);
    await folder.replace("users/0001-one.ts", table("users.other"));
    await expect(migrateUp(options())).rejects.toThrow("users/0001-one was edited");
  });
});

function insertEvent(table: string, service: string): string {
  return `insert into ${table} (id, service, action, outcome, actor_type, schema_version)
          values (gen_random_uuid(), '${service}', 'user.update', 'success', 'user', 1)`;
}
