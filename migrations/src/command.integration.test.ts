import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyDatabase, query, type EmptyDatabase } from "./fixtures/empty-database.js";
import { folderOf, tableMigration as table, type Folder } from "./fixtures/migration-folder.js";

const program = fileURLToPath(new URL("fixtures/command.mjs", import.meta.url));

describe("the command line, as a process", () => {
  let database: EmptyDatabase;
  let folder: Folder;
  /** The parts of a command stand between blanks. */
  const migrate = (command: string, environment: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, folder.directory, ...command.split(" ")], {
      env: { PATH: process.env["PATH"], DATABASE_URL: database.url, ...environment },
      encoding: "utf8",
    });
    return { code: status, out: stdout.trimEnd(), err: stderr.trimEnd() };
  };
  const asJson = (command: string): unknown => JSON.parse(migrate(`${command} --json`).out);

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

  it("makes schemas, roles and the ledger with init, and applies nothing", async () => {
    expect(migrate("init")).toMatchObject({ code: 0, out: "Schemas, roles and the ledger are there." });
    const schemas =
      "select count(*)::int n from pg_namespace where nspname in ('users', 'auth', 'dynamic', 'audit', 'migrations')";
    expect(await query(database.url, schemas)).toEqual([{ n: 5 }]);
    expect(await query(database.url, "select 1 from migrations.run")).toEqual([]);
  });

  it("tells what it does, a line at a time, or in one document", () => {
    expect(migrate("up --schema auth").out.split("\n")).toEqual([
      "Applied users/0001-one",
      "Applied auth/0001-key",
      "2 migrations were applied.",
    ]);
    expect(asJson("up")).toEqual({ applied: ["users/0002-two"] });
    expect(migrate("up").out).toBe("Nothing is pending.");
    expect(migrate("redo").out.split("\n")).toEqual([
      "Reverted users/0002-two",
      "Applied users/0002-two",
      "1 migration was applied again.",
    ]);
    expect(asJson("down --schema users --to 0001")).toEqual({ reverted: ["users/0002-two"] });
  });

  it("takes for applied what something else made, and makes up for records that were lost", async () => {
    await query(database.url, "create schema users; create table users.one (n int); create table users.two (n int)");
    expect(migrate("baseline")).toMatchObject({ code: 3, out: "" });
    expect(migrate("baseline --to users@0002").out.split("\n")).toEqual([
      "Took users/0001-one for applied",
      "Took users/0002-two for applied",
      "2 migrations were taken for applied.",
    ]);
    expect(asJson("up")).toEqual({ applied: ["auth/0001-key"] });
    const runs = "select name from migrations.run where is_baseline order by id";
    expect(await query(database.url, runs)).toEqual([{ name: "0001-one" }, { name: "0002-two" }]);

    await query(
      database.url,
      "delete from users.knex_migrations where name = '0002-two'; delete from migrations.run where schema = 'auth'",
    );
    expect(migrate("up").code).toBe(3);
    expect(asJson("baseline --all")).toEqual({ taken: ["auth/0001-key", "users/0002-two"] });
    expect(migrate("up").out).toBe("Nothing is pending.");
    expect(await query(database.url, "select name from users.knex_migrations order by id")).toHaveLength(2);
    expect(asJson("down --all")).toEqual({ reverted: ["users/0002-two", "auth/0001-key", "users/0001-one"] });
  });

  it("plans what up would run, and changes nothing", async () => {
    await folder.write({
      "users/0003-index.ts": `export default { transaction: false, up: async () => { throw new Error(); }, down: async () => {} };`,
      "users/0004-row.ts": `export default {
        up: async (knex) => { await knex("users.one").insert({ n: 7 }); },
        down: async () => {},
      };`,
    });
    const whole = () => query(database.url, "select nspname from pg_namespace where nspname !~ '^pg_' order by 1");
    const before = await whole();
    expect(migrate("plan").out).toBe(
      [
        "-- users/0001-one",
        "create table users.one (n int);",
        "",
        "-- auth/0001-key",
        "create table auth.key (n int);",
        "",
        "-- users/0002-two",
        "create table users.two (n int);",
        "",
        "-- users/0003-index runs in no transaction: it was not tried.",
        "",
        "-- users/0004-row",
        'insert into "users"."one" ("n") values ($1);',
        "-- with [7]",
      ].join("\n"),
    );
    expect(await whole()).toEqual(before);
    migrate("up --to users@0002");
    expect(asJson("plan --to users@0004")).toMatchObject({
      planned: [
        { name: "0003-index", transaction: false, statements: [] },
        { name: "0004-row", transaction: true, statements: [{ bindings: [7] }] },
      ],
    });
    expect(await query(database.url, "select 1 from users.one")).toEqual([]);
    await folder.write({ "users/0004-row.ts": table("users.two") });
    expect(migrate("plan")).toMatchObject({
      code: 1,
      err: 'Migration users/0004-row would fail: create table users.two (n int) - relation "two" already exists. Nothing was changed.',
    });
  });

  it("finds dangerous DDL that has no reason, a reason that nothing needs, and tells what it can't look at", async () => {
    migrate("up");
    const index = `create index one_n on users.one (n)`;
    const change = (more: string) => `export default {
      ${more}
      up: async (knex) => { await knex.raw("select 1"); await knex.raw("${index}"); },
      down: async () => {},
    };`;
    await folder.write({ "users/0003-index.ts": change("") });
    expect(migrate("lint")).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /^users\/0003-index, line 2: During normal index creation, .* \(require-concurrent-index-creation\)\n/,
      ) as string,
    });
    await folder.replace(
      "users/0003-index.ts",
      change(`allows: { "require-concurrent-index-creation": "It is small.", "ban-drop-table": "No need." },`),
    );
    expect(migrate("lint").out).toContain("users/0003-index: ban-drop-table is allowed, and nothing is found");
    await folder.replace(
      "users/0003-index.ts",
      change(`allows: { "require-concurrent-index-creation": "It is small." },`),
    );
    await folder.write({
      "users/0004-apart.ts": "export default { transaction: false, up: async () => {}, down: async () => {} };",
    });
    expect(migrate("lint")).toMatchObject({
      code: 0,
      out: "users/0004-apart runs in no transaction: it was not looked at.\n1 migration looked at: nothing dangerous without a reason.",
    });
    expect(asJson("lint")).toEqual({ dangers: [], needless: [], notLinted: ["users/0004-apart"], linted: 1 });
  });

  it("shows in a table where each stands, by whom it was applied, when, and how long it took", async () => {
    migrate("up --schema auth");
    await folder.replace("users/0001-one.ts", table("users.other"));
    const lines = migrate("status").out.split("\n");
    expect(
      lines.map((line) => line.replace(/ {2,}/g, "|").replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "<time>")),
    ).toEqual([
      "STATE|MIGRATION|APPLIED|BY|TOOK",
      expect.stringMatching(/^edited\|users\/0001-one\|<time>\|\S+@\S+\|\d+ ms$/) as string,
      expect.stringMatching(/^applied\|auth\/0001-key\|<time>\|\S+@\S+\|\d+ ms$/) as string,
      "pending|users/0002-two",
      "",
      "Edited, by sha256:",
      expect.stringMatching(/^users\/0001-one: applied [0-9a-f]{64}, here [0-9a-f]{64}$/) as string,
    ]);
    expect(asJson("status --schema auth")).toMatchObject({ migrations: [{ name: "0001-key", state: "applied" }] });
  });

  it("answers with 3 when it refuses, and has changed nothing", async () => {
    migrate("up");
    expect(migrate("down --schema users --all")).toMatchObject({ code: 3, out: "" });
    expect(migrate("down --environment production").err).toBe(
      "In production down takes data with it: say --yes if that is what you want.",
    );
    expect(migrate("redo", { NODE_ENV: "production" }).code).toBe(3);
    expect(migrate("up --schema orders").err).toBe("There is no migration of a schema orders; there are users, auth.");
    await folder.replace("users/0001-one.ts", table("users.other"));
    expect(migrate("up").err).toContain("users/0001-one was edited after it was applied");
    expect(asJson("validate")).toMatchObject({ error: { name: "MigrationRefusedError" } });
    expect(await query(database.url, "select 1 from migrations.run where direction = 'down'")).toEqual([]);
    expect(migrate("down --environment production --yes").code).toBe(3);
  });

  it("reverts in production once it is told that this is wanted", () => {
    migrate("up");
    expect(migrate("down --environment production --yes")).toMatchObject({ code: 0 });
  });

  it("answers with 1 when a migration fails, with what was left", async () => {
    await folder.write({ "users/0003-bad.ts": table("users.one") });
    const { code, out, err } = migrate("up");
    expect([code, out.split("\n").length]).toEqual([1, 3]);
    expect(err).toBe(
      'Migration users/0003-bad (up) failed and was rolled back: create table users.one (n int) - relation "one" already exists',
    );
    expect(asJson("up")).toMatchObject({ error: { name: "MigrationFailedError", migration: "users/0003-bad" } });
  });

  it("names the file and the line of a syntax error, and needs no database for that", async () => {
    await folder.write({
      "auth/0002-odd.ts": "export default {\n  up: async () => {},\n  down: async () => { const x = ; },\n};\n",
    });
    const { code, err } = migrate("validate", { DATABASE_URL: undefined });
    expect(code).toBe(3);
    expect(err).toBe(
      "The migrations are not as they must be:\n  auth/0002-odd.ts: it can't be loaded: SyntaxError: Expression expected, in line 3",
    );
    expect(asJson("list")).toMatchObject({ error: { faults: [expect.stringContaining("auth/0002-odd.ts")] } });
  });

  it("draws the path of a circle and to what isn't there", async () => {
    await folder.write({
      "users/0001-one.ts": table("users.one", `dependsOn: ["auth@0001"],`),
      "auth/0002-more.ts": table("auth.more", `dependsOn: ["dynamic@0007"],`),
    });
    expect(migrate("validate").err.split("\n")).toEqual([
      "The migrations are not as they must be:",
      "  Migrations depend on each other in a circle: auth@0001 -> users@0001 -> auth@0001.",
      "  There is no dynamic@0007: auth@0002 -> dynamic@0007.",
    ]);
  });

  it("lists and draws them without a database", () => {
    const nowhere = { DATABASE_URL: undefined };
    expect(migrate("list", nowhere).out.split("\n")).toEqual(["users/0001-one", "auth/0001-key", "users/0002-two"]);
    expect(migrate("graph", nowhere).out).toBe(
      [
        "flowchart LR",
        "  subgraph users",
        '    users_0001["0001-one"]',
        '    users_0002["0002-two"]',
        "    users_0001 --> users_0002",
        "  end",
        "  subgraph auth",
        '    auth_0001["0001-key"]',
        "  end",
        "  users_0001 --> auth_0001",
      ].join("\n"),
    );
  });

  it("writes the next migration of a schema from a template, never over another", () => {
    const written = migrate("new users more-of-it");
    expect(written).toMatchObject({ code: 0 });
    const folderOfUsers = path.join(folder.directory, "users");
    expect(readdirSync(folderOfUsers).sort()).toEqual(["0001-one.ts", "0002-two.ts", "0003-more-of-it.ts"]);
    expect(readFileSync(path.join(folderOfUsers, "0003-more-of-it.ts"), "utf8")).toContain(
      "create table users.example",
    );
    expect(migrate("new orders first").err).toBe("There is no schema orders; there are auth, users.");
    expect(migrate("new users Bad_Name").code).toBe(3);
  });
});
