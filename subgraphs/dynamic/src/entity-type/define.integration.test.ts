import { Database } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admin, dynamicServer, person, type DynamicServer } from "../fixtures/dynamic-server.fixture.js";

describe("defining an entity type", () => {
  let disposable: DisposableDatabase;
  let owner: Database;
  let server: DynamicServer;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    owner = new Database({ url: disposable.ownerUrl, schema: "dynamic" });
    server = await dynamicServer(disposable.url("dynamic"));
  });
  afterAll(async () => {
    await server.close();
    await owner.close();
    await disposable.drop();
  });

  const columnsOf = async (table: string): Promise<Record<string, string>> => {
    const { rows } = await owner.run((query) =>
      query.raw<{ rows: { name: string; type: string }[] }>(
        `select attname as name, format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end as type
         from pg_attribute where attrelid = to_regclass(?) and attnum > 0 order by attnum`,
        [`dynamic."${table}"`],
      ),
    );
    return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
  };
  const countOf = async (table: string) => (await owner.run((query) => query(table).select(query.raw("1")))).length;

  it("makes a table with a column of the right type for each field", async () => {
    const { errors, data } = await server.define({
      name: "Everything",
      pluralName: "everythings",
      description: 'One of "each" """ kind',
      fields: [
        { name: "aString", kind: "STRING", required: true },
        { name: "shortString", kind: "STRING", maxLength: 10, unique: true },
        { name: "aText", kind: "TEXT", maxLength: 5000 },
        { name: "anInt", kind: "INT", minimum: "0", maximum: "10", defaultValue: 3 },
        { name: "aBigint", kind: "BIGINT", defaultValue: "9223372036854775807" },
        { name: "aFloat", kind: "FLOAT", minimum: "0.5" },
        { name: "aDecimal", kind: "DECIMAL", defaultValue: "19.90" },
        { name: "aBoolean", kind: "BOOLEAN", defaultValue: false },
        { name: "aDate", kind: "DATE", defaultValue: "2026-11-23" },
        { name: "aDatetime", kind: "DATETIME", defaultValue: "2026-11-23T10:00:00Z" },
        { name: "aUuid", kind: "UUID" },
        { name: "aJson", kind: "JSON", indexed: true, defaultValue: { it: "isn't \\ ?" } },
        { name: "anEnum", kind: "ENUM", enumValues: ["ON", "OFF"], defaultValue: "ON" },
        { name: "aUser", kind: "REFERENCE", target: "User" },
        { name: "another", kind: "REFERENCE", target: "Everything", onDelete: "SET_NULL" },
        { name: "strings", kind: "STRING", list: true, indexed: true, defaultValue: ["a", "b ? c"] },
        { name: "dates", kind: "DATE", list: true },
        { name: "decimals", kind: "DECIMAL", list: true, minimum: "0" },
        { name: "enums", kind: "ENUM", list: true, enumValues: ["ON", "OFF"] },
        { name: "jsons", kind: "JSON", list: true },
      ],
      uniqueTogether: [["aString", "anInt"]],
    });
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      defineEntityType: { name: "Everything", version: 1, createdBy: { id: admin.sub } },
    });
    expect(await columnsOf("Everything")).toEqual({
      id: "uuid not null",
      version: "integer not null",
      created_at: "timestamp with time zone not null",
      updated_at: "timestamp with time zone not null",
      created_by: "uuid",
      updated_by: "uuid",
      deleted_at: "timestamp with time zone",
      aString: "character varying(255) not null",
      shortString: "character varying(10)",
      aText: "text",
      anInt: "integer",
      aBigint: "bigint",
      aFloat: "double precision",
      aDecimal: "numeric",
      aBoolean: "boolean",
      aDate: "date",
      aDatetime: "timestamp with time zone",
      aUuid: "uuid",
      aJson: "jsonb",
      anEnum: "text",
      aUser: "uuid",
      another: "uuid",
      strings: "character varying(255)[]",
      dates: "date[]",
      decimals: "numeric[]",
      enums: "text[]",
      jsons: "jsonb",
    });
  });

  it("serves the type at once, and says which supergraph has it", async () => {
    const { headers } = await server.define({ name: "Lamp", fields: [{ name: "watts", kind: "INT" }] });
    const newest = await server.supergraph("");
    expect(newest.json()).toMatchObject({ version: Number(headers["x-supergraph-version"]) });
    expect(newest.json<{ supergraphSdl: string }>().supergraphSdl).toContain("type Lamp");
    const { data } = await server.ask("mutation { createLamp(input: { watts: 40 }) { watts } }", { as: admin });
    expect(data).toEqual({ createLamp: { watts: 40 } });
  });

  it("stores defaults and patterns to the letter, where Knex takes a question mark for a parameter", async () => {
    const note = "what? ?? \\? it's \\";
    const { errors } = await server.define({
      name: "Quiz",
      pluralName: "quizzes",
      fields: [
        { name: "note", kind: "STRING", defaultValue: note },
        { name: "notes", kind: "STRING", list: true, defaultValue: [note, "?"] },
        { name: "meta", kind: "JSON", defaultValue: { note } },
        { name: "color", kind: "STRING", pattern: "^colou?r\\?$" },
      ],
    });
    expect(errors).toEqual([]);
    const create = (color: string) =>
      server.ask("mutation ($color: String) { createQuiz(input: { color: $color }) { note notes meta color } }", {
        as: admin,
        variables: { color },
      });
    expect((await create("color?")).data).toEqual({
      createQuiz: { note, notes: [note, "?"], meta: { note }, color: "color?" },
    });
    expect((await create("colour")).reasons).toEqual(["INVALID_INPUT"]);
  });

  it("makes a table of the longest name that a type may have", async () => {
    const { errors } = await server.define({
      name: `L${"o".repeat(61)}g`,
      pluralName: "longs",
      fields: [{ name: "text", kind: "STRING" }],
    });
    expect(errors).toEqual([]);
  });

  it("names everything that is wrong at once", async () => {
    const { reasons, fields } = await server.define({
      name: "person",
      fields: [
        { name: "id", kind: "STRING" },
        { name: "Bad-Name", kind: "INT", minimum: "5", maximum: "1" },
        { name: "color", kind: "ENUM", enumValues: ["true", "RED", "RED"] },
        { name: "owner", kind: "REFERENCE", target: "Nobody" },
        { name: "sku", kind: "STRING", pattern: "[" },
        { name: "count", kind: "INT", defaultValue: "three" },
        { name: "count", kind: "TEXT", unique: true },
        { name: "constructor", kind: "TEXT" },
      ],
    });
    expect(reasons).toEqual(["DEFINITION_INVALID"]);
    expect([...new Set(fields[0])].toSorted()).toEqual([
      "input.fields[0].name",
      "input.fields[1].maximum",
      "input.fields[1].name",
      "input.fields[2].enumValues",
      "input.fields[3].target",
      "input.fields[4].pattern",
      "input.fields[5].defaultValue",
      "input.fields[6].name",
      "input.fields[6].unique",
      "input.fields[7].name",
      "input.name",
    ]);
  });

  it.each([
    ["a type of another subgraph", { name: "Event" }, "input.name"],
    ["a query of another subgraph", { name: "Lemon" }, "input.pluralName"],
    [
      "a type that another one brings",
      { name: "Stringy", fields: [{ name: "filter", kind: "ENUM", enumValues: ["A"] }] },
      "input.fields[0].name",
    ],
    ["what all types share", { name: "StringFilter" }, "input.name"],
    ["itself", { name: "Lamp" }, "input.name"],
    ["a filter of another subgraph", { name: "Users", fields: [{ name: "a", kind: "INT" }] }, undefined],
  ])("refuses the name of %s", async (_, input, path) => {
    const before = await countOf("supergraph_version");
    const { fields, reasons } = await server.define({ fields: [{ name: "a", kind: "INT" }], ...input });
    if (path === undefined) expect(reasons).toEqual([]);
    else {
      expect(fields[0]).toContain(path);
      expect(await countOf("supergraph_version")).toBe(before);
    }
  });

  it("leaves no table, row or version when the supergraph would not compose", async () => {
    const before = await countOf("supergraph_version");
    const { reasons, errors } = await server.define({ name: "Gala", fields: [{ name: "events", kind: "INT" }] });
    expect(reasons).toEqual(["DEFINITION_INVALID"]);
    expect(errors[0]?.message).toMatch(/events/);
    expect(await columnsOf("Gala")).toEqual({});
    expect(await countOf("supergraph_version")).toBe(before);
    expect((await server.ask('{ entityType(name: "Gala") { name } }', { as: admin })).data).toEqual({
      entityType: null,
    });
  });

  it("leaves no table when its audit event can't be stored", async () => {
    await owner.run((query) => query.schema.renameTable("audit_outbox", "audit_outbox_away"));
    try {
      const { reasons, headers } = await server.define({ name: "Ghost", fields: [{ name: "a", kind: "INT" }] });
      expect(reasons).toEqual(["SERVICE_OUT_OF_REACH"]);
      expect(headers).not.toHaveProperty("x-supergraph-version");
    } finally {
      await owner.run((query) => query.schema.renameTable("audit_outbox_away", "audit_outbox"));
    }
    expect(await columnsOf("Ghost")).toEqual({});
    expect((await server.define({ name: "Ghost", fields: [{ name: "a", kind: "INT" }] })).reasons).toEqual([]);
  });

  it("gives up when a table that it refers to is busy, and leaves nothing", async () => {
    const reference = { name: "lamp", kind: "REFERENCE", target: "Lamp" };
    const answer = await owner.unitOfWork(async () => {
      await owner.run((query) => query.raw('lock table "Lamp" in row exclusive mode'));
      return server.define({ name: "Shade", fields: [reference] });
    });
    expect(answer.reasons).toEqual(["TOOK_TOO_LONG"]);
    expect(await columnsOf("Shade")).toEqual({});
    expect((await server.define({ name: "Shade", fields: [reference] })).reasons).toEqual([]);
  });

  it("lets two be defined at once, each composed with the other", async () => {
    const answers = await Promise.all(
      ["Left", "Right", "Up", "Down"].map((name) => server.define({ name, fields: [{ name: "a", kind: "INT" }] })),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(answers.map(({ headers }) => headers["x-supergraph-version"])).size).toBe(4);
    const { supergraphSdl } = (await server.supergraph("")).json<{ supergraphSdl: string }>();
    for (const name of ["Left", "Right", "Up", "Down"]) expect(supergraphSdl).toContain(`type ${name} `);
    const twice = await Promise.all(
      [1, 2].map(() => server.define({ name: "Twin", fields: [{ name: "a", kind: "INT" }] })),
    );
    expect(twice.flatMap(({ reasons }) => reasons)).toEqual(["NAME_TAKEN"]);
  });

  it("is for holders of entity-types:manage, and audited whoever tries", async () => {
    const { reasons } = await server.define(
      { name: "Denied", fields: [{ name: "a", kind: "INT" }] },
      person(admin.sub),
    );
    expect(reasons).toEqual(["PERMISSION_MISSING"]);
    const events = await owner.run((query) =>
      query("audit_outbox").where({ action: "entity-type.define" }).orderBy("occurred_at", "desc").select("*"),
    );
    expect(events[0]).toMatchObject({ outcome: "denied", user_id: admin.sub });
    expect(events.find(({ entity_id, outcome }) => entity_id === "Lamp" && outcome === "success")).toMatchObject({
      entity_type: "EntityType",
      entity_label: "Lamp",
    });
  });

  it("keeps the version of a supergraph that a restart finds unchanged, and the types", async () => {
    const before = await countOf("supergraph_version");
    const [one, other] = await Promise.all([1, 2].map(() => dynamicServer(disposable.url("dynamic"))));
    try {
      expect(await countOf("supergraph_version")).toBe(before);
      const { data } = await one!.ask("{ lamps { nodes { watts } } }", { as: admin });
      expect(data).toEqual({ lamps: { nodes: [{ watts: 40 }] } });
    } finally {
      await Promise.all([one?.close(), other?.close()]);
    }
  });

  it("reaches a replica before it executes what was planned with it", async () => {
    const replica = await dynamicServer(disposable.url("dynamic"));
    try {
      const { headers } = await server.define({ name: "Fresh", fields: [{ name: "a", kind: "INT" }] });
      const query = "{ freshes { totalCount } }";
      expect((await replica.ask(query, { as: admin })).reasons).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
      const version = String(headers["x-supergraph-version"]);
      const planned = await replica.ask(query, { as: admin, headers: { "x-supergraph-version": version } });
      expect(planned.data).toEqual({ freshes: { totalCount: 0 } });
    } finally {
      await replica.close();
    }
  });

  it("wakes a gateway that waits, at this replica and at others", async () => {
    const replica = await dynamicServer(disposable.url("dynamic"));
    await replica.follow();
    try {
      const { version } = (await server.supergraph("")).json<{ version: number }>();
      expect((await server.supergraph(`?after=${version}&wait=0.1`)).statusCode).toBe(204);
      const waiting = [server, replica].map((each) => each.supergraph(`?after=${version}&wait=10`));
      await server.define({ name: "Awaited", fields: [{ name: "a", kind: "INT" }] });
      for (const response of await Promise.all(waiting)) {
        expect(response.json<{ version: number }>().version).toBeGreaterThan(version);
      }
      const last = replica.supergraph("?after=999999&wait=30");
      await new Promise((resolve) => setTimeout(resolve, 50));
      await replica.app.close();
      expect((await last).statusCode).toBe(204);
    } finally {
      await replica.close();
    }
  });
});
