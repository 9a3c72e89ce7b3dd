import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Database } from "./database.js";

describe("a prepared statement", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.ownerUrl, schema: "public", maximumConnections: 1 });
    await database.run((query) => query.raw("create table note (text text, number int)"));
  });
  beforeEach(() => database.run((query) => query("note").delete()));
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  const INSERT = { name: "insert-note", text: "insert into note values ($1, $2) returning number + 1 as next" };
  const write = (text: string | null, number: number) => database.runPrepared<{ next: number }>(INSERT, [text, number]);
  const count = () => database.run((query) => query("note").count<{ count: string }[]>("*").first());

  it("runs again and again on the connection that has it, which is seen as any other", async () => {
    const seen: string[] = [];
    const stop = database.onStatement((sql) => seen.push(sql));
    for (const number of [1, 2, 3]) expect(await write("a", number)).toEqual([{ next: number + 1 }]);
    stop();
    expect(seen).toEqual(Array.from({ length: 3 }, () => INSERT.text));
    const { rows } = await database.run((query) =>
      query.raw<{ rows: { name: string }[] }>("select name from pg_prepared_statements"),
    );
    expect(rows).toEqual([{ name: "insert-note" }]);
  });

  it("belongs to the unit of work", async () => {
    const work = database.unitOfWork(async () => {
      await write("a", 1);
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await count()).toEqual({ count: "0" });
  });

  it("that fails says why, and the connection serves on", async () => {
    await expect(write("a", 2 ** 31)).rejects.toMatchObject({ code: "22003" });
    await expect(write("a\0b", 1)).rejects.toMatchObject({ reason: "INVALID_INPUT" });
    expect(await write(null, 1)).toEqual([{ next: 2 }]);
  });
});
