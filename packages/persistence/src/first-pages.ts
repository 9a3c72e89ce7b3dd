import type { Knex } from "knex";
import {
  cursorsOf,
  pageBounds,
  selectSortKeys,
  type KeysetQuery,
  type Page,
  type SortKey,
  type WithSortKeys,
} from "./keyset-page.js";

export interface FirstPagesQuery extends Omit<KeysetQuery, "list" | "page"> {
  /** The column that says whose a row is, its PostgreSQL type, and the owners whose lists are wanted. */
  owner: { column: string; type: string; ids: readonly string[] };
  first: number | null | undefined;
  /** Names an owner's list and its order: `readKeysetPage` goes on from the cursors under that name. */
  listOf: (ownerId: string) => string;
}

type OwnedRow<Row> = WithSortKeys<Row> & { owner_ordinal: string };

/**
 * Reads the first page of each owner's list, all by one statement, and all totals, where one is asked for, by another.
 * Answers in the order of the owners.
 * @throws SystemError INVALID_PAGE
 */
export async function readFirstPages<Row extends object>(query: FirstPagesQuery): Promise<Page<Row>[]> {
  const { rows, sortKeys, owner, first, listOf, cursors, run } = query;
  const { size } = pageBounds({ first });
  const pages = rows.clone().whereRaw("?? = owner.id", [owner.column]);
  selectSortKeys(pages, sortKeys);
  selectPosition(pages, sortKeys);
  void pages.limit(size + 1);

  const found = Map.groupBy(
    await run<OwnedRow<Row>[]>(perOwner(owner, pages).orderBy(["owner_ordinal", "row_position"])),
    ({ owner_ordinal }) => Number(owner_ordinal),
  );
  const total = once(() => readTotals(query));
  return owner.ids.map((id, index) => {
    const ofOwner = found.get(index + 1) ?? [];
    const kept = ofOwner.slice(0, size);
    return {
      rows: kept,
      cursors: cursorsOf(kept, sortKeys, listOf(id), cursors),
      hasNextPage: ofOwner.length > size,
      hasPreviousPage: false,
      totalCount: async () => (await total()).get(index + 1) ?? 0,
    };
  });
}

/** A join may bring the rows of an owner in any order: their position puts them back. */
function selectPosition(statement: Knex.QueryBuilder, sortKeys: readonly SortKey[]): void {
  const order = sortKeys.map(({ column, direction }) => ({ column, order: direction }));
  const bindings = sortKeys.map(({ column }) => column);
  const keys = sortKeys.map(({ direction }) => `?? ${direction}`).join(", ");
  void statement
    .select(statement.client.raw(`row_number() over (order by ${keys}) as row_position`, bindings))
    .orderBy(order);
}

/** LATERAL: PostgreSQL walks an index once per owner, and stops where the page ends. */
function perOwner({ type, ids }: FirstPagesQuery["owner"], statement: Knex.QueryBuilder): Knex.QueryBuilder {
  const client = statement.client;
  const joined = `unnest(?::${type}[]) with ordinality as owner(id, ordinal) cross join lateral ? as owned`;
  return client
    .queryBuilder()
    .select("owner.ordinal as owner_ordinal", "owned.*")
    .from(client.raw(joined, [ids, statement]) as Knex.Raw);
}

async function readTotals({ rows, owner, run }: FirstPagesQuery): Promise<Map<number, number>> {
  const counts = rows.clone().clearSelect().count("* as count").whereRaw("?? = owner.id", [owner.column]);
  const found = await run<{ owner_ordinal: string; count: string }[]>(perOwner(owner, counts));
  return new Map(found.map(({ owner_ordinal, count }) => [Number(owner_ordinal), Number(count)]));
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
