import { SystemError } from "@supergraph/errors";
import type { Knex } from "knex";
import type { CursorCodec, CursorValues } from "./cursor.js";

const DEFAULT_SIZE = 20;
const MAXIMUM_SIZE = 100;

/** Relay's paging arguments: `first`/`after` walk forwards, `last`/`before` backwards. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

export interface SortKey {
  /** A column, qualified where the query joins. */
  column: string;
  direction: "asc" | "desc";
  /** PostgreSQL's name of the column's type: cursors carry text, and are cast back to it. */
  type: string;
  nullable?: boolean;
  /** Few rows of a list have the same value, as of a moment: where a page begins is found by this key alone. */
  nearlyUnique?: boolean;
}

export interface Page<Row> {
  rows: Row[];
  /** A cursor for each row. */
  cursors: string[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Counts on request only: it costs a statement. */
  totalCount: () => Promise<number>;
}

export interface KeysetQuery {
  /** All rows of the list, without order or limit. */
  rows: Knex.QueryBuilder;
  /** The last key must be unique among the rows. */
  sortKeys: readonly SortKey[];
  /** Names the list and its order; a cursor of another is refused. */
  list: string;
  page: PageArguments;
  cursors: CursorCodec;
  /**
   * For a list that is partitioned by its first key: values of that key at which reading pauses, in the order of the
   * walk. A statement is planned for all partitions that it could reach; most pages are full before the first pause.
   * @param from the first key of the cursor, when there is one
   */
  pauses?: (direction: SortKey["direction"], from: string | undefined) => readonly Date[];
  /** Runs a statement again after the page was read, for the total. */
  run: <T>(statement: Knex.QueryBuilder) => Promise<T>;
}

/**
 * Reads one page by keyset: the cost does not grow with the page's number, and rows that come or go shift nothing.
 * NULLs sort as the largest values, as PostgreSQL does.
 * @throws SystemError INVALID_PAGE, INVALID_CURSOR
 */
export async function readKeysetPage<Row extends object>(query: KeysetQuery): Promise<Page<Row>> {
  const { rows, sortKeys, list, page, cursors, pauses, run } = query;
  const { size, backwards, cursor } = pageBounds(page);
  const walked = backwards ? sortKeys.map(reversed) : sortKeys;

  const from = cursor === undefined ? undefined : cursors.decode(list, cursor);
  const statement = rows.clone();
  if (from !== undefined) whereBeyond(statement, walked, from);
  selectSortKeys(statement, sortKeys);
  void statement.orderBy(walked.map(({ column, direction }) => ({ column, order: direction })));

  const found: WithSortKeys<Row>[] = [];
  const [firstKey] = walked;
  const stops = firstKey && pauses ? pauses(firstKey.direction, from?.[0] ?? undefined) : [];
  for (let slice = 0; slice <= stops.length && found.length <= size; slice++) {
    const wanted = statement.clone().limit(size + 1 - found.length);
    if (firstKey) whereBetween(wanted, firstKey, stops[slice - 1], stops[slice]);
    found.push(...(await run<WithSortKeys<Row>[]>(wanted)));
  }
  const hasMore = found.length > size;
  const kept = found.slice(0, size);
  if (backwards) kept.reverse();
  return {
    rows: kept,
    cursors: cursorsOf(kept, sortKeys, list, cursors),
    hasNextPage: backwards ? cursor !== undefined : hasMore,
    hasPreviousPage: backwards ? hasMore : cursor !== undefined,
    totalCount: async () => {
      const [counted] = await run<{ count: string }[]>(rows.clone().clearSelect().count("* as count"));
      return Number(counted?.count ?? 0);
    },
  };
}

export type WithSortKeys<Row> = Row & Record<string, string | null>;

/** Selects the sort keys as text, beside whatever the statement selects. */
export function selectSortKeys(statement: Knex.QueryBuilder, sortKeys: readonly SortKey[]): void {
  sortKeys.forEach(({ column }, index) => {
    void statement.select(statement.client.raw("??::text as ??", [column, keyAlias(index)]));
  });
}

/** The cursors of rows that were read with their sort keys. */
export function cursorsOf<Row>(
  rows: readonly WithSortKeys<Row>[],
  sortKeys: readonly SortKey[],
  list: string,
  cursors: CursorCodec,
): string[] {
  return rows.map((row) =>
    cursors.encode(
      list,
      sortKeys.map((_, index) => row[keyAlias(index)] ?? null),
    ),
  );
}

export function pageBounds({ first, after, last, before }: PageArguments) {
  if (first != null && last != null) throw invalidPage("first and last can't be given together.");
  const backwards = last != null;
  if (before != null && !backwards) throw invalidPage("before goes with last.");
  if (after != null && backwards) throw invalidPage("after goes with first.");
  const size = last ?? first ?? DEFAULT_SIZE;
  if (size < 1 || size > MAXIMUM_SIZE) {
    throw invalidPage(`${backwards ? "last" : "first"} must be 1 to ${MAXIMUM_SIZE}; it is ${size}.`);
  }
  return { size, backwards, cursor: (backwards ? before : after) ?? undefined };
}

function invalidPage(message: string): SystemError {
  return new SystemError("INVALID_PAGE", { message });
}

function reversed(key: SortKey): SortKey {
  return { ...key, direction: key.direction === "asc" ? "desc" : "asc" };
}

function keyAlias(index: number): string {
  return `sort_key_${index}`;
}

/** Restricts to the rows that come after `values`. A row comparison where one direction and no NULL allow it: it uses an index. */
function whereBeyond(statement: Knex.QueryBuilder, keys: readonly SortKey[], values: CursorValues): void {
  const [firstKey] = keys;
  const isUniform = keys.every((key) => !key.nullable && key.direction === firstKey?.direction);
  if (isUniform && firstKey) {
    const operator = firstKey.direction === "asc" ? ">" : "<";
    if (firstKey.nearlyUnique) whereFromOn(statement, firstKey, operator, values[0] ?? null);
    const columns = keys.map(() => "??").join(", ");
    const bindings = keys.map(({ type }) => `?::${type}`).join(", ");
    const compared = `(${columns}) ${operator} (${bindings})`;
    // What says the same of every row, in words that PostgreSQL doesn't take to the index.
    const beyond = firstKey.nearlyUnique ? `(${compared}) is true` : compared;
    void statement.whereRaw(beyond, [...keys.map(({ column }) => column), ...values]);
    return;
  }
  void statement.where((anyOf) => {
    keys.forEach((key, index) => {
      void anyOf.orWhere((allOf) => {
        keys.slice(0, index).forEach((equal, position) => {
          void allOf.whereRaw(`?? is not distinct from ?::${equal.type}`, [equal.column, values[position] ?? null]);
        });
        whereKeyBeyond(allOf, key, values[index] ?? null);
      });
    });
  });
}

/**
 * By a key alone, partitions are passed over; by a row they never are. And a scan that is bounded by both, beside the
 * bounds that the list itself may have, begins at the list's: it walks through all pages before (PostgreSQL 18).
 */
function whereFromOn(
  statement: Knex.QueryBuilder,
  { column, type }: SortKey,
  operator: "<" | ">",
  value: string | null,
): void {
  void statement.whereRaw(`?? ${operator}= ?::${type}`, [column, value]);
}

/** From `start` on, and before `end`, in the order of the walk; an edge belongs to one side of it alone. */
function whereBetween(
  statement: Knex.QueryBuilder,
  { column, direction }: SortKey,
  start: Date | undefined,
  end: Date | undefined,
): void {
  const [beyond, within] = direction === "asc" ? ([">=", "<"] as const) : (["<", ">="] as const);
  if (start) void statement.where(column, beyond, start);
  if (end) void statement.where(column, within, end);
}

function whereKeyBeyond(
  statement: Knex.QueryBuilder,
  { column, direction, type }: SortKey,
  value: string | null,
): void {
  if (direction === "asc") {
    if (value === null) void statement.whereRaw("false");
    else void statement.whereRaw(`(?? > ?::${type} or ?? is null)`, [column, value, column]);
  } else if (value === null) void statement.whereNotNull(column);
  else void statement.whereRaw(`?? < ?::${type}`, [column, value]);
}
