import DataLoader from "dataloader";

/**
 * A loader for one request: ids asked for in one turn of the event loop are read together, each id once.
 * Ids that `read` does not bring resolve to null.
 */
export function loaderById<Row>(
  read: (ids: readonly string[]) => Promise<readonly Row[]>,
  idOf: (row: Row) => string,
): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await read(ids)).map((row) => [idOf(row), row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

/** As `loaderById`, for the lists of rows that belong to an id. */
export function loaderOfLists<Row>(
  read: (ids: readonly string[]) => Promise<readonly Row[]>,
  ownerOf: (row: Row) => string,
): DataLoader<string, Row[]> {
  return new DataLoader(async (ids) => {
    const lists = Map.groupBy(await read(ids), ownerOf);
    return ids.map((id) => lists.get(id) ?? []);
  });
}
