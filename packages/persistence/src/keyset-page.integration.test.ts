import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CursorCodec } from "./cursor.js";
import { Database } from "./database.js";
import { readKeysetPage, type PageArguments, type SortKey } from "./keyset-page.js";

interface Row {
  id: number;
  label: string | null;
  rank: number;
}

const cursors = new CursorCodec(new TextEncoder().encode("secret"));
const ROWS = 60;

describe("pages by keyset", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.ownerUrl, schema: "public" });
    await database.run((query) => query.raw("create table item (id int primary key, label text, rank int not null)"));
    const rows = Array.from({ length: ROWS }, (_, id) => ({
      id,
      label: id % 3 === 0 ? null : `l${id % 7}`,
      rank: id % 5,
    }));
    await database.run((query) => query("item").insert(rows));
  });
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  const read = (sortKeys: SortKey[], page: PageArguments) =>
    database.run((query) =>
      readKeysetPage<Row>({
        rows: query("item").select("*"),
        sortKeys,
        list: JSON.stringify(sortKeys),
        page,
        cursors,
        run: (statement) => database.run(() => statement),
      }),
    );

  const keys = fc
    .tuple(
      fc.array(
        fc.record({
          column: fc.constantFrom(
            { column: "label", type: "text", nullable: true },
            { column: "rank", type: "int", nullable: false },
          ),
          direction: fc.constantFrom("asc" as const, "desc" as const),
        }),
        { maxLength: 2 },
      ),
      fc.constantFrom("asc" as const, "desc" as const),
    )
    .map(([chosen, direction]): SortKey[] => [
      ...chosen.map(({ column, direction: each }) => ({ ...column, direction: each })),
      { column: "id", type: "int", direction },
    ]);

  it("walked forwards hold each row once, in the order that PostgreSQL gives; backwards the same, reversed", async () => {
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 25 }), async (sortKeys, size) => {
        const expected = await database.run((query) =>
          query<Row>("item").orderBy(sortKeys.map(({ column, direction }) => ({ column, order: direction }))),
        );
        const ids = expected.map(({ id }) => id);

        const forwards: number[] = [];
        let after: string | undefined;
        for (let hasMore = true; hasMore;) {
          const page = await read(sortKeys, { first: size, after });
          expect(page.hasPreviousPage).toBe(after !== undefined);
          forwards.push(...page.rows.map(({ id }) => id));
          hasMore = page.hasNextPage;
          after = page.cursors.at(-1);
        }
        expect(forwards).toEqual(ids);

        const backwards: number[] = [];
        let before: string | undefined;
        for (let hasMore = true; hasMore;) {
          const page = await read(sortKeys, { last: size, before });
          backwards.unshift(...page.rows.map(({ id }) => id));
          hasMore = page.hasPreviousPage;
          before = page.cursors[0];
        }
        expect(backwards).toEqual(ids);
      }),
      { numRuns: 25 },
    );
  });

  it("count all rows, on request", async () => {
    const page = await read([{ column: "id", type: "int", direction: "asc" }], { first: 1 });
    expect(await page.totalCount()).toBe(ROWS);
  });

  it.each([
    [{ first: 0 }],
    [{ first: 101 }],
    [{ first: -1 }],
    [{ last: 101 }],
    [{ first: 1, last: 1 }],
    [{ last: 1, after: "x" }],
    [{ first: 1, before: "x" }],
  ])("refuse %o", async (page) => {
    await expect(read([{ column: "id", type: "int", direction: "asc" }], page)).rejects.toMatchObject({
      reason: "INVALID_PAGE",
    });
  });

  it("are the same wherever reading pauses, both ways and from any cursor", async () => {
    await database.run((query) => query.raw("create table happening (at timestamptz not null, id int primary key)"));
    const moment = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
    const rows = Array.from({ length: ROWS }, (_, id) => ({ id, at: moment(Math.floor(id / 3)) }));
    await database.run((query) => query("happening").insert(rows));
    const page = (direction: "asc" | "desc", page: PageArguments, pauses: readonly Date[]) =>
      database.run((query) =>
        readKeysetPage<{ id: number }>({
          rows: query("happening").select("*"),
          sortKeys: [
            { column: "at", direction, type: "timestamptz", nearlyUnique: true },
            { column: "id", direction, type: "int" },
          ],
          list: direction,
          page,
          cursors,
          run: (statement) => database.run(() => statement),
          pauses: (walked) => [...pauses].sort((a, b) => (walked === "asc" ? +a - +b : +b - +a)),
        }),
      );
    const hours = fc.uniqueArray(fc.integer({ min: -1, max: 21 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("asc" as const, "desc" as const),
        fc.integer({ min: 1, max: 70 }),
        fc.option(fc.integer({ min: 0, max: ROWS - 1 })),
        fc.boolean(),
        hours,
        async (direction, size, at, isForwards, pauses) => {
          const all = await page(direction, { first: 100 }, []);
          const cursor = at === null ? undefined : all.cursors[at];
          const asked = isForwards ? { first: size, after: cursor } : { last: size, before: cursor };
          const whole = await page(direction, asked, []);
          const paused = await page(direction, asked, pauses.map(moment));
          expect({ ...paused, totalCount: undefined }).toEqual({ ...whole, totalCount: undefined });
        },
      ),
    );
  });

  it("are found at their cursor, however far that is from where a list of moments ends by itself", async () => {
    await database.run((query) =>
      query.raw(`
        create table moment (at timestamptz not null, id int not null);
        insert into moment select timestamptz '2026-01-01Z' + n * interval '1 s', n from generate_series(1, 50000) n;
        create index on moment (at, id);
        analyze moment;`),
    );
    const blocks: number[] = [];
    const page = (after?: string) =>
      database.run((query) =>
        readKeysetPage<{ id: number }>({
          rows: query("moment").select("*").where("at", "<", "2026-02-01Z"),
          sortKeys: [
            { column: "at", direction: "desc", type: "timestamptz", nearlyUnique: true },
            { column: "id", direction: "desc", type: "int" },
          ],
          list: "moments",
          page: { first: 10, after },
          cursors,
          run: async (statement) => {
            const { sql, bindings } = statement.toSQL();
            const { rows } = await query.raw<{ rows: { "QUERY PLAN": [{ Plan: Record<string, number> }] }[] }>(
              `explain (analyze, buffers, format json) ${sql}`,
              bindings as string[],
            );
            blocks.push(rows[0]?.["QUERY PLAN"][0].Plan["Shared Hit Blocks"] ?? NaN);
            return database.run(() => statement);
          },
        }),
      );
    await page();
    const deep = cursors.encode("moments", ["2026-01-01 01:00:00+00", "3600"]);
    expect((await page(deep)).rows[0]?.id).toBe(3_599);
    expect(Math.max(...blocks)).toBeLessThan(10);
  });
});
