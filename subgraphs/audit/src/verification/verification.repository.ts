import type { Database } from "@supergraph/persistence";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { Tile } from "../tree/tree.repository.js";
import { STORED_COLUMNS, type StoredEvent } from "./stored-event.js";

const CHECKPOINTS_AT_ONCE = 1_000;
const MOST_BEYOND = 1_000;

/** Something that stands where the tree doesn't reach. */
export interface BeyondTree {
  leafIndex: number;
  id: string;
  leafHash: Buffer;
}

type TileRow = Omit<Tile, "index"> & { index: string };

/**
 * Reads the store for who checks it. Each method is one statement, so that it sees what is sealed at the same moment
 * whole or not at all; none reads more than it was asked for, however long the log.
 */
export class VerificationRepository {
  constructor(private readonly database: Database) {}

  /** All rows of the leaves [from, to), in their order: of an index there may be none, or several. */
  async events(from: number, to: number): Promise<StoredEvent[]> {
    return this.#rows<StoredEvent>(
      `select ${STORED_COLUMNS} from audit.event where leaf_index >= ? and leaf_index < ? order by leaf_index, id`,
      [from, to],
    );
  }

  /** The tiles of a level at [from, to). */
  async tiles(level: number, from: number, to: number): Promise<Tile[]> {
    const rows = await this.#rows<TileRow>(
      `select level, index, hashes, root from audit.tile where level = ? and index >= ? and index < ? order by index`,
      [level, from, to],
    );
    return rows.map((row) => ({ ...row, index: Number(row.index) }));
  }

  /** The signed heads of trees of more than `after` leaves, up to `to`, smallest first. */
  async *checkpoints(after: number, to: number): AsyncGenerator<CheckpointRow> {
    for (let last = after; ;) {
      const rows = await this.#rows<CheckpointRow>(
        `select tree_size, root_hash, signed_at, note from audit.checkpoint
         where tree_size > ? and tree_size <= ? order by tree_size limit ?`,
        [last, to, CHECKPOINTS_AT_ONCE],
      );
      yield* rows;
      if (rows.length < CHECKPOINTS_AT_ONCE) return;
      last = Number(rows.at(-1)?.tree_size);
    }
  }

  /** The signed head of the largest tree, as far as there was one of that size. */
  async lastCheckpoint(upTo: number): Promise<CheckpointRow | undefined> {
    const [row] = await this.#rows<CheckpointRow>(
      `select tree_size, root_hash, signed_at, note from audit.checkpoint
       where tree_size <= ? order by tree_size desc limit 1`,
      [upTo],
    );
    return row;
  }

  async checkpointsBeyondTree(): Promise<CheckpointRow[]> {
    return this.#rows<CheckpointRow>(
      `select tree_size, root_hash, signed_at, note from audit.checkpoint
       where tree_size > (select size from audit.tree) order by tree_size limit ${MOST_BEYOND}`,
    );
  }

  async eventsBeyondTree(): Promise<BeyondTree[]> {
    const rows = await this.#rows<{ leaf_index: string; id: string; leaf_hash: Buffer }>(
      `select leaf_index, id, leaf_hash from audit.event
       where leaf_index >= (select size from audit.tree) order by leaf_index limit ${MOST_BEYOND}`,
    );
    return rows.map(({ leaf_index, id, leaf_hash }) => ({ leafIndex: Number(leaf_index), id, leafHash: leaf_hash }));
  }

  /** Where the first tile stands that a tree of this size can't have completed. */
  async tileBeyondTree(): Promise<{ level: number; index: number } | undefined> {
    const [row] = await this.#rows<{ level: number; index: string }>(
      `select level, index from audit.tile, audit.tree
       where (index + 1) * power(256, level + 1) > size order by level, index limit 1`,
    );
    return row && { level: row.level, index: Number(row.index) };
  }

  /** Ids that stand at more than one leaf below `size`: a hundred at most. Reads every id of the log. */
  async repeatedIds(size: number): Promise<{ id: string; leaves: string[] }[]> {
    return this.#rows<{ id: string; leaves: string[] }>(
      `select id, array_agg(distinct leaf_index order by leaf_index) as leaves from audit.event where leaf_index < ?
       group by id having count(distinct leaf_index) > 1 order by min(leaf_index) limit 100`,
      [size],
    );
  }

  /** For how many seconds, by the database's clock, the event of a leaf has been sealed. */
  async secondsSinceSealed(leafIndex: number): Promise<number | undefined> {
    const [row] = await this.#rows<{ seconds: number }>(
      `select extract(epoch from clock_timestamp() - max(sealed_at))::float8 as seconds
       from audit.event where leaf_index = ? having count(*) > 0`,
      [leafIndex],
    );
    return row?.seconds;
  }

  /** The events that tell which leaves retention has removed, oldest first. */
  async retirements(size: number): Promise<StoredEvent[]> {
    return this.#rows<StoredEvent>(
      `select ${STORED_COLUMNS} from audit.event
       where action = 'audit.retire' and service = 'audit' and outcome = 'success' and leaf_index < ? order by leaf_index`,
      [size],
    );
  }

  /** Whether the tree has so many leaves. */
  async hasLeaves(size: number): Promise<boolean> {
    const [row] = await this.#rows<{ has: boolean }>("select size >= ? as has from audit.tree", [size]);
    return row?.has ?? false;
  }

  /** Whether this unit of work is the one that checks, until its end. */
  async takeLead(): Promise<boolean> {
    const [row] = await this.#rows<{ leads: boolean }>(
      "select pg_try_advisory_xact_lock(hashtextextended('audit.verification', 0)) as leads",
    );
    return row?.leads ?? false;
  }

  async #rows<Row>(statement: string, bindings: readonly number[] = []): Promise<Row[]> {
    return this.database.run(async (query) => (await query.raw<{ rows: Row[] }>(statement, bindings)).rows);
  }
}
