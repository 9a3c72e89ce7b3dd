import { TILE_WIDTH, type ReadHashes } from "@supergraph/audit-proof";
import type { Database } from "@supergraph/persistence";

export interface TreeHead {
  size: number;
  root: Buffer;
}

/** 256 hashes that are complete: they never change. */
export interface Tile {
  level: number;
  index: number;
  hashes: Buffer;
  root: Buffer;
}

/** Where a tile stands: it holds the hashes at [256 * index, 256 * index + 256) of its level. */
export type TilePlace = Pick<Tile, "level" | "index">;

const HASH_BYTES = 32;
/**
 * Whole tiles, and what there is of those that aren't complete: of level 0 the last leaves, above the roots of the tiles
 * below. In one snapshot, in which a hash stands at one place alone.
 */
const TILES = `
  with asked as materialized (select * from unnest(?::int[], ?::bigint[]) as asked(level, index)),
  complete as materialized (
    select level, index, hashes from tile where (level, index) in (select level, index from asked)
  )
  select level, index, hashes from complete
  union all
  select 0, size / ${TILE_WIDTH}, last_leaves from tree where (0, size / ${TILE_WIDTH}) in (select level, index from asked)
  union all
  select asked.level, asked.index, below.roots from asked cross join lateral (
    select string_agg(tile.root, '' order by tile.index) as roots from tile
    where tile.level = asked.level - 1
      and tile.index >= asked.index * ${TILE_WIDTH} and tile.index < (asked.index + 1) * ${TILE_WIDTH}
  ) as below
  where asked.level > 0 and below.roots is not null and (asked.level, asked.index) not in (select level, index from complete)`;

/** The Merkle tree over the log's leaves. */
export class TreeRepository {
  constructor(private readonly database: Database) {}

  async head(): Promise<TreeHead> {
    return this.#readHead("");
  }

  /** The head, which nobody else may move before the unit of work ends. */
  async lockHead(): Promise<TreeHead> {
    return this.#readHead("for update");
  }

  /** @param lastLeaves the hashes of the leaves right of the last complete tile */
  async moveHead({ size, root }: TreeHead, lastLeaves: readonly Buffer[]): Promise<void> {
    await this.database.run((query) => query("tree").update({ size, root, last_leaves: Buffer.concat(lastLeaves) }));
  }

  async addTiles(tiles: readonly Tile[]): Promise<void> {
    if (tiles.length > 0) await this.database.run((query) => query("tile").insert(tiles));
  }

  /** Reads hashes of one tile, complete or not. */
  readonly read: ReadHashes = async (level, from, to) => {
    if (from >= to) return [];
    const place = { level, index: Math.floor(from / TILE_WIDTH) };
    const [hashes = []] = await this.readTiles([place]);
    const first = place.index * TILE_WIDTH;
    return hashes.slice(from - first, to - first);
  };

  /** Reads tiles, those that aren't complete as far as the tree reaches by now. */
  async readTiles(places: readonly TilePlace[]): Promise<(readonly Buffer[])[]> {
    const bindings = [places.map(({ level }) => level), places.map(({ index }) => index)];
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { level: number; index: string; hashes: Buffer }[] }>(TILES, bindings),
    );
    const read = new Map(rows.map(({ level, index, hashes }) => [`${level}/${index}`, split(hashes)]));
    return Promise.all(
      places.map(async ({ level, index }) => {
        const hashes = read.get(`${level}/${index}`);
        // Somebody has removed the tile.
        return hashes ?? (level === 0 ? await this.#leafHashes(index * TILE_WIDTH) : []);
      }),
    );
  }

  async #leafHashes(from: number): Promise<Buffer[]> {
    const rows = await this.database.run((query) =>
      query<{ leaf_hash: Buffer }>("event")
        .select("leaf_hash")
        .where("leaf_index", ">=", from)
        .where("leaf_index", "<", from + TILE_WIDTH)
        .orderBy("leaf_index"),
    );
    return rows.map(({ leaf_hash }) => leaf_hash);
  }

  async #readHead(lock: "" | "for update"): Promise<TreeHead> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { size: string; root: Buffer }[] }>(`select size, root from tree ${lock}`),
    );
    const [head] = rows;
    if (!head) throw new Error("The audit log has lost the head of its tree");
    return { size: Number(head.size), root: head.root };
  }
}

function split(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, index) =>
    hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}
