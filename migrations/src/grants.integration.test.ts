import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyDatabase, query, rolePasswords, type EmptyDatabase } from "./fixtures/empty-database.js";
import { migrateUp, services, type Service } from "./index.js";

const denied = { code: "42501" };
const tableOf: Record<Service, string> = {
  users: "users.person",
  auth: "auth.account",
  dynamic: "dynamic.entity_type",
  audit: "audit.event",
};
const pairs = services.flatMap((from) => services.filter((to) => to !== from).map((to) => [from, to] as const));

describe("the services' roles", () => {
  let database: EmptyDatabase;
  const as = (service: Service, text: string) => query(database.urlOf(service), text);

  beforeAll(async () => {
    database = await emptyDatabase();
    await migrateUp({ url: database.url, rolePasswords });
  });
  afterAll(() => database.drop());

  it.each(services)("%s sees its own schema without naming it", async (service) => {
    expect(await as(service, "select current_schema() as schema")).toEqual([{ schema: service }]);
    expect(await as(service, `select count(*)::int n from ${tableOf[service].split(".")[1] ?? ""}`)).toEqual([
      { n: 0 },
    ]);
  });

  it.each(pairs)("%s neither reads nor writes the schema of %s", async (from, to) => {
    await expect(as(from, `select * from ${tableOf[to]}`)).rejects.toMatchObject(denied);
    await expect(as(from, `delete from ${tableOf[to]}`)).rejects.toMatchObject(denied);
    await expect(as(from, `insert into ${tableOf[to]} default values`)).rejects.toMatchObject(denied);
    await expect(as(from, `create table ${to}.intruder (n int)`)).rejects.toMatchObject(denied);
    await expect(as(from, `insert into ${to}.audit_outbox select * from ${from}.audit_outbox`)).rejects.toMatchObject(
      denied,
    );
  });

  it.each(["users", "auth", "dynamic"] as const)(
    "%s adds to its outbox, and changes or removes nothing in it",
    async (service) => {
      await as(service, addEvent("audit_outbox"));
      expect(await as(service, "select service from audit_outbox")).toEqual([{ service: "any" }]);
      await expect(as(service, "update audit_outbox set service = 'x'")).rejects.toMatchObject(denied);
      await expect(as(service, "delete from audit_outbox")).rejects.toMatchObject(denied);
      await expect(as(service, "truncate audit_outbox")).rejects.toMatchObject(denied);
      await expect(as(service, "drop table audit_outbox")).rejects.toMatchObject(denied);
    },
  );

  it("audit drains every outbox into the log, and changes no event in it", async () => {
    for (const service of services) {
      await query(database.url, addEvent(`${service}.audit_outbox`));
      expect(await as("audit", `delete from ${service}.audit_outbox returning id`)).not.toEqual([]);
      await expect(as("audit", `update ${service}.audit_outbox set service = 'x'`)).rejects.toMatchObject(denied);
    }
    await as("audit", "select audit.ensure_partition(0, now())");
    await as("audit", addEvent("event", SEALED_COLUMNS, SEALED_VALUES));
    const [{ part = "" } = {}] = await as("audit", "select tableoid::regclass::text as part from event");
    for (const rights of ["update %s set service = 'x'", "delete from %s", "truncate %s", "drop table %s"]) {
      await expect(as("audit", rights.replace("%s", String(part)))).rejects.toMatchObject(denied);
    }
    await expect(as("audit", "update event set service = 'x'")).rejects.toMatchObject(denied);
    await expect(as("audit", "delete from event")).rejects.toMatchObject(denied);
    await expect(as("audit", "truncate event")).rejects.toMatchObject(denied);
    expect(await as("audit", "select service from known_event")).toEqual([{ service: "any" }]);
  });

  it("dynamic makes, changes and drops tables of its own, and cannot drop the owner's", async () => {
    await as("dynamic", 'create table "Product" (id uuid references entity (id)); alter table "Product" add name text');
    await migrateUp({ url: database.url, rolePasswords });
    await as("dynamic", 'drop table "Product"');
    await expect(as("dynamic", "drop table entity_type")).rejects.toMatchObject(denied);
  });

  it.each(["users", "auth", "audit"] as const)("%s makes no tables", async (service) => {
    await expect(as(service, "create table mine (n int)")).rejects.toMatchObject(denied);
    await expect(as(service, "create table public.mine (n int)")).rejects.toMatchObject(denied);
    await expect(as(service, "create temporary table mine (n int)")).rejects.toMatchObject(denied);
  });

  it.each(services)("%s reads which version its schema has, and can't alter that", async (service) => {
    expect(await as(service, "select name from knex_migrations")).not.toEqual([]);
    await expect(as(service, "delete from knex_migrations")).rejects.toMatchObject(denied);
    await expect(as(service, "select * from migrations.run")).rejects.toMatchObject(denied);
  });

  it("may use a table that the owner adds later", async () => {
    await query(database.url, "create table users.later (n int)");
    await as("users", "insert into later values (1)");
    await query(database.url, "drop table users.later");
  });

  it("keep their passwords when a run is given none", async () => {
    await migrateUp({ url: database.url });
    await expect(as("users", "select 1")).resolves.toBeDefined();
  });

  it("take a new password", async () => {
    await migrateUp({ url: database.url, rolePasswords: { users: "another" } });
    await expect(as("users", "select 1")).rejects.toMatchObject({ code: "28P01" });
    await migrateUp({ url: database.url, rolePasswords });
    await expect(as("users", "select 1")).resolves.toBeDefined();
  });

  it("don't enter another database of the cluster", async () => {
    const other = await emptyDatabase();
    try {
      await migrateUp({ url: other.url, rolePasswords });
      const crossing = new URL(database.urlOf("users"));
      crossing.pathname = new URL(other.url).pathname;
      await expect(query(crossing.href, "select 1")).rejects.toMatchObject(denied);
    } finally {
      await other.drop();
    }
  });

  it("may not log in until they are given a password", async () => {
    const other = await emptyDatabase();
    try {
      await migrateUp({ url: other.url });
      await expect(query(other.urlOf("users"), "select 1")).rejects.toMatchObject({ code: "28P01" });
      const name = new URL(other.urlOf("users")).username;
      expect(await query(other.url, `select rolcanlogin from pg_roles where rolname = '${name}'`)).toEqual([
        { rolcanlogin: false },
      ]);
    } finally {
      await other.drop();
    }
  });
});

const SEALED_COLUMNS = ", leaf_index, retention_days, occurred_at, sealed_at, leaf_hash";
const SEALED_VALUES = ", 0, 0, now(), now(), sha256('')";

function addEvent(table: string, column = "", value = ""): string {
  return `insert into ${table} (id, service, action, outcome, actor_type, schema_version${column})
          values (gen_random_uuid(), 'any', 'user.update', 'success', 'user', 1${value})`;
}
