import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Database } from "./database.js";

describe("rows that are copied in", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.ownerUrl, schema: "public", maximumConnections: 1 });
    await database.run((query) => query.raw("create table line (id int primary key, text text, json jsonb)"));
  });
  beforeEach(() => database.run((query) => query("line").delete()));
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  interface Line {
    id: number;
    text?: string | null;
    json?: object | null;
  }
  const copy = (slices: Iterable<Line[]>) => database.copyIn<Line>("public.line", ["id", "text", "json"], slices);
  const lines = () => database.run((query) => query("line").orderBy("id").select("id", "text", "json"));

  it("hold what they were given, whatever the text", async () => {
    const texts = ["", "\\N", "\\.", "a\tb\nc\r\n\\d", "\b\f\v", "\u20ac \u{1f600}", '{"a":"b"}', "\\x00"];
    const rows = texts.map((text, id) => ({ id, text, json: [{ text }] }));
    await copy([rows.slice(0, 3), [], rows.slice(3)]);
    expect(await lines()).toEqual(rows);
  });

  it("are null where nothing was given", async () => {
    await copy([[{ id: 1 }, { id: 2, text: null, json: null }]]);
    expect(await lines()).toEqual([1, 2].map((id) => ({ id, text: null, json: null })));
  });

  it("are all there or none, and the connection serves on", async () => {
    await expect(copy([[{ id: 1 }], [{ id: 2 }], [{ id: 1 }]])).rejects.toMatchObject({ code: "23505" });
    await expect(copy([[{ id: 1, text: "a\0b" }]])).rejects.toMatchObject({ reason: "INVALID_INPUT" });
    expect(await lines()).toEqual([]);
  });

  it("are none when what makes them fails: its error is thrown", async () => {
    function* failing() {
      yield [{ id: 1 }];
      throw new Error("no more");
    }
    await expect(copy(failing())).rejects.toThrow("no more");
    expect(await lines()).toEqual([]);
  });

  it("belong to the unit of work", async () => {
    const work = database.unitOfWork(async () => {
      await copy([[{ id: 1 }]]);
      expect(await lines()).toHaveLength(1);
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await lines()).toEqual([]);
  });

  it("can't be, where statements are sent before the ones ahead of them are answered", async () => {
    const pipelined = new Database({ url: disposable.ownerUrl, schema: "public", isPipelined: true });
    await expect(pipelined.copyIn("note", ["text"], [[{ text: "a" }]])).rejects.toThrow("pipeline");
    await pipelined.close();
  });

  it("fail when PostgreSQL ends the connection", async () => {
    const other = new Database({ url: disposable.ownerUrl, schema: "public" });
    function* ended(pid: number) {
      yield [{ id: 1 }];
      void other.run((query) => query.raw("select pg_terminate_backend(?)", [pid]));
      for (let id = 2; id < 200_000; id++) yield [{ id, text: "x".repeat(100) }];
    }
    const work = database.unitOfWork(async () => {
      const { rows } = await database.run((query) =>
        query.raw<{ rows: [{ pid: number }] }>("select pg_backend_pid() as pid"),
      );
      await copy(ended(rows[0].pid));
    });
    await expect(work).rejects.toThrow();
    await other.close();
    expect(await lines()).toEqual([]);
  });
});
