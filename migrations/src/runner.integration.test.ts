import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { audit } from "./audit/index.js";
import { emptyDatabase, query, rolePasswords, type EmptyDatabase } from "./fixtures/empty-database.js";
import { histories } from "./histories.js";
import { migrateDown, migrateUp, migrationStatus } from "./index.js";

const all = histories.flatMap(({ schema, migrations }) => Object.keys(migrations).map((name) => `${schema}/${name}`));

describe("a run of the migrations", () => {
  let database: EmptyDatabase;
  let url: string;

  beforeEach(async () => {
    database = await emptyDatabase();
    url = database.url;
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await database.drop();
  });

  it("applies everything to an empty database, and nothing the second time", async () => {
    expect(await migrateUp({ url, rolePasswords })).toEqual(all);
    expect(await migrateUp({ url, rolePasswords })).toEqual([]);
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
    for (const { schema } of histories) await query(url, insertEvent(`${schema}.audit_outbox`, schema));
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

  it("keeps what went through before a migration that fails, nothing of that one, and records why", async () => {
    const event = audit.migrations["0002-event"];
    if (event === undefined) throw new Error("The migration under test has gone.");
    vi.spyOn(event, "up").mockImplementation(async (knex) => {
      await knex.raw("create table audit.half (n int)");
      await knex.raw("select 1 / 0");
    });
    await expect(migrateUp({ url })).rejects.toMatchObject({
      name: "MigrationFailedError",
      migration: "audit/0002-event",
    });
    expect(
      await query(url, "select to_regclass('audit.half') half, to_regclass('audit.audit_outbox') is null outbox"),
    ).toEqual([{ half: null, outbox: false }]);
    const failed = await query(url, "select name, error from migrations.run where outcome = 'failed'");
    expect(failed).toEqual([{ name: "0002-event", error: expect.stringContaining("division by zero") as string }]);
    vi.restoreAllMocks();
    expect(await migrateUp({ url })).toEqual(all.slice(all.indexOf("audit/0002-event")));
  });
});

function insertEvent(table: string, service: string): string {
  return `insert into ${table} (id, service, action, outcome, actor_type, schema_version)
          values (gen_random_uuid(), '${service}', 'user.update', 'success', 'user', 1)`;
}
