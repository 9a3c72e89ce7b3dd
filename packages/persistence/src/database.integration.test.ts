import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Database, type IdentifiedUnit } from "./database.js";

describe.each([
  ["", false],
  [", pipelined", true],
])("a unit of work%s", (_, isPipelined) => {
  let disposable: DisposableDatabase;
  let database: Database;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.ownerUrl, schema: "public", isPipelined });
    await database.run((query) => query.raw("create table note (text text)"));
  });
  beforeEach(() => database.run((query) => query("note").delete()));
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  const write = (text: string) => database.run((query) => query("note").insert({ text }));
  const notes = () => database.run((query) => query("note").orderBy("text").pluck<string[]>("text"));

  it("commits all that it ran", async () => {
    await database.unitOfWork(async () => {
      await write("a");
      await write("b");
    });
    expect(await notes()).toEqual(["a", "b"]);
  });

  it("that throws commits nothing", async () => {
    const work = database.unitOfWork(async () => {
      await write("a");
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await notes()).toEqual([]);
  });

  it("whose COMMIT fails has failed, and runs nothing that waits for it", async () => {
    await database.run((query) =>
      query.raw(
        "create table parent (id int primary key); create table child (id int references parent deferrable initially deferred)",
      ),
    );
    let hasRun = false;
    const work = database.unitOfWork(async () => {
      await database.run((query) => query("child").insert({ id: 1 }));
      await database.afterCommit(() => {
        hasRun = true;
        return Promise.resolve();
      });
    });
    await expect(work).rejects.toMatchObject({ code: "23503" });
    expect(hasRun).toBe(false);
  });

  it("that goes on after a statement failed has failed: PostgreSQL would commit nothing of it", async () => {
    const work = database.unitOfWork(async () => {
      await write("a");
      await database.run((query) => query("nowhere").select("*")).catch(() => undefined);
    });
    await expect(work).rejects.toThrow("nothing was committed");
    expect(await notes()).toEqual([]);
  });

  it("whose connection is cut before its COMMIT has failed", async () => {
    const work = database.unitOfWork(async () => {
      await write("a");
      const { rows } = await database.run((query) =>
        query.raw<{ rows: { pid: number }[] }>("select pg_backend_pid() as pid"),
      );
      await database.independently(() =>
        database.run((query) => query.raw("select pg_terminate_backend(?)", [rows[0]?.pid ?? 0])),
      );
    });
    await expect(work).rejects.toThrow();
    expect(await notes()).toEqual([]);
  });

  const NOTE = { name: "insert-note", text: "insert into note values ($1)" };

  it("ends with what is to be sent together with its COMMIT", async () => {
    const sent: string[] = [];
    const stop = database.onStatement((sql) => sent.push(sql));
    await database.unitOfWork(async () => {
      await database.runWithCommit(NOTE, ["last"]);
      await write("first");
      expect(await notes()).toEqual(["first"]);
    });
    stop();
    expect(await notes()).toEqual(["first", "last"]);
    expect(sent.slice(-2)).toEqual([NOTE.text, "COMMIT;"]);
  });

  it("that is nothing but that is one all the same", async () => {
    await database.unitOfWork(() => database.runWithCommit(NOTE, ["alone"]));
    expect(await notes()).toEqual(["alone"]);
  });

  it("whose last statement fails has failed, with its error", async () => {
    const work = database.unitOfWork(async () => {
      await write("a");
      await database.runWithCommit({ name: "insert-nowhere", text: "insert into nowhere values ($1)" }, ["b"]);
      await database.runWithCommit(NOTE, ["c"]);
    });
    await expect(work).rejects.toMatchObject({ code: "42P01" });
    expect(await notes()).toEqual([]);
    const unstorable = database.unitOfWork(() => database.runWithCommit(NOTE, ["a\0b"]));
    await expect(unstorable).rejects.toMatchObject({ reason: "INVALID_INPUT" });
  });

  it("outside of which there is no COMMIT to wait for", async () => {
    await database.runWithCommit(NOTE, ["at once"]);
    expect(await notes()).toEqual(["at once"]);
  });

  const statusOf = (id: string | undefined) =>
    database
      .run((query) =>
        query.raw<{ rows: { status: string }[] }>("select pg_xact_status(?::xid8) as status", [id ?? "0"]),
      )
      .then(({ rows }) => rows[0]?.status);

  it("is identified by what PostgreSQL can be asked about later", async () => {
    let unit: IdentifiedUnit | undefined;
    await database.unitOfWork(async () => {
      unit = database.identifyUnit();
      expect(unit?.id).toBeUndefined();
      await write("a");
    });
    expect(await statusOf(await unit?.id)).toBe("committed");
    const failing = database.unitOfWork(async () => {
      await write("b");
      unit = database.identifyUnit();
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await statusOf(await unit?.id)).toBe("aborted");
    expect(database.identifyUnit()).toBeUndefined();
  });

  it("has no two statements on a connection that takes one at a time, of which the driver warns", async () => {
    const warned = vi.spyOn(process, "emitWarning");
    await database.unitOfWork(async () => {
      database.identifyUnit();
      await write("a");
      await database.runWithCommit(NOTE, ["b"]);
      await database.runWithCommit(NOTE, ["c"]);
    });
    await database.unitOfWork(async () => {
      await write("d");
      database.identifyUnit();
      await write("e");
    });
    expect(warned).not.toHaveBeenCalled();
    expect(await notes()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("sends no COMMIT while it isn't identified", async () => {
    let unit: IdentifiedUnit | undefined;
    const work = database.unitOfWork(async () => {
      await write("a");
      await database.run((query) => query("nowhere").select("*")).catch(() => undefined);
      unit = database.identifyUnit();
    });
    await expect(work).rejects.toMatchObject({ code: "25P02" });
    await expect(unit?.id).rejects.toMatchObject({ code: "25P02" });
    expect(await notes()).toEqual([]);
  });

  it("leaves a connection that PostgreSQL ended in the middle of a statement to nobody else", async () => {
    const end = database.run((query) => query.raw("select pg_terminate_backend(pg_backend_pid())"));
    await expect(end).rejects.toMatchObject({ code: "57P01" });
    expect(await notes()).toEqual([]);
  });

  it("says that U+0000 can't be stored, in text, in JSON or in a comparison", async () => {
    await database.run((query) => query.raw("create table document (content jsonb)"));
    const refused = { reason: "INVALID_INPUT" };
    await expect(write("a\0b")).rejects.toMatchObject(refused);
    const json = JSON.stringify({ a: "\0" });
    await expect(database.run((query) => query("document").insert({ content: json }))).rejects.toMatchObject(refused);
    await expect(database.run((query) => query("note").where({ text: "\0" }))).rejects.toMatchObject(refused);
  });

  it("inside another is part of it", async () => {
    const work = database.unitOfWork(async () => {
      await database.unitOfWork(() => write("inner"));
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await notes()).toEqual([]);
  });

  it("of its own stays when the outer one is rolled back", async () => {
    const work = database.unitOfWork(async () => {
      await write("outer");
      await database.independently(() => write("own"));
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await notes()).toEqual(["own"]);
  });

  it("has no part in statements that are run apart", async () => {
    const work = database.unitOfWork(async () => {
      await write("outer");
      await database.runApart((query) => query("note").insert({ text: "apart" }));
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await notes()).toEqual(["apart"]);
  });

  it("that runs no statement opens no transaction", async () => {
    const statements: string[] = [];
    const stop = database.onStatement((sql) => statements.push(sql));
    expect(await database.unitOfWork(() => Promise.resolve(7))).toBe(7);
    stop();
    expect(statements).toEqual([]);
  });

  it("runs what waits for its commit after it, outside of it, and not at all when it is rolled back", async () => {
    const seen: string[][] = [];
    await database.unitOfWork(async () => {
      await write("a");
      await database.afterCommit(async () => {
        seen.push(await notes());
      });
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual([["a"]]);
    const failing = database.unitOfWork(async () => {
      await database.afterCommit(() => Promise.reject(new Error("must not run")));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
  });

  it("of two at once see each their own", async () => {
    await Promise.all(
      ["a", "b", "c"].map((text) =>
        database
          .unitOfWork(async () => {
            await write(text);
            if (text === "b") throw new Error("no");
          })
          .catch(() => undefined),
      ),
    );
    expect(await notes()).toEqual(["a", "c"]);
  });
});
