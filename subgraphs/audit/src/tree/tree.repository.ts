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
/** In one snapshot: leaves are either among the last, or in a tile that they have completed. */
const TILES = `
  with asked as (select * from unnest(?::int[], ?::bigint[]) as asked(level, index))
  select level, index, hashes from tile where (level, index) in (select level, index from asked)
  union all
  select 0, size / ${TILE_WIDTH}, last_leaves from tree where (0, size / ${TILE_WIDTH}) in (select level, index from asked)`;

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

  /**
   * Reads hashes of one tile: from the tile when it is complete, else where they come from, the last leaves or the tiles
   * below.
   */
  readonly read: ReadHashes = async (level, from, to) => {
    if (from >= to) return [];
    const place = { level, index: Math.floor(from / TILE_WIDTH) };
    const [hashes = []] = await this.readTiles([place]);
    const first = place.index * TILE_WIDTH;
    return hashes.slice(from - first, to - first);
  };

  /**
   * Reads whole tiles, those that aren't complete as far as the tree reaches by now. One statement for all that are
   * complete and for the leaves, one for each other: a level has one of these at most.
   */
  async readTiles(places: readonly TilePlace[]): Promise<(readonly Buffer[])[]> {
    const bindings = [places.map(({ level }) => level), places.map(({ index }) => index)];
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { level: number; index: string; hashes: Buffer }[] }>(TILES, bindings),
    );
    const read = new Map(rows.map(({ level, index, hashes }) => [`${level}/${index}`, split(hashes)]));
    return Promise.all(
      places.map(async (place) => read.get(`${place.level}/${place.index}`) ?? (await this.#madeAnew(place))),
    );
  }

  /** Of level 0: of a tile that somebody removed. */
  #madeAnew({ level, index }: TilePlace): Promise<Buffer[]> {
    const from = index * TILE_WIDTH;
    return level === 0 ? this.#leafHashes(from, from + TILE_WIDTH) : this.#rootsBelow(level, from, from + TILE_WIDTH);
  }

  async #leafHashes(from: number, to: number): Promise<Buffer[]> {
    const rows = await this.database.run((query) =>
      query<{ leaf_hash: Buffer }>("event")
        .select("leaf_hash")
        .where("leaf_index", ">=", from)
        .where("leaf_index", "<", to)
        .orderBy("leaf_index"),
    );
    return rows.map(({ leaf_hash }) => leaf_hash);
  }

  async #rootsBelow(level: number, from: number, to: number): Promise<Buffer[]> {
    const rows = await this.database.run((query) =>
      query<Tile>("tile")
        .select("root")
        .where("level", level - 1)
        .where("index", ">=", from)
        .where("index", "<", to)
        .orderBy("index"),
    );
    return rows.map(({ root }) => root);
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
