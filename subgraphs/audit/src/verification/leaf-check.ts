import { CompactRange, TILE_WIDTH } from "@supergraph/audit-proof";
import type { Tile } from "../tree/tree.repository.js";
import type { BeyondTree } from "./verification.repository.js";
import type { Problems } from "./problems.js";
import { RetiredLeaves } from "./retired-leaves.js";
import { recomputedHash, type StoredEvent } from "./stored-event.js";

const HASH_BYTES = 32;
/** Places that are looked through for where an event belongs. */
const MOST_MISPLACED = 2_000;

interface Found {
  row: StoredEvent;
  hash: Buffer;
}

/** An event that isn't the one that was sealed as this leaf. */
interface Misplaced {
  leafIndex: number;
  id: string;
  hash: Buffer;
  isColumnOnly: boolean;
}

/** The leaves that are handed in together: those of one tile, or those right of the last complete one. */
export interface LeafGroup {
  from: number;
  to: number;
  rows: readonly StoredEvent[];
  /** Undefined when it is gone, or, right of the last complete one, isn't what it was. */
  tile: Pick<Tile, "hashes" | "root"> | undefined;
}

/** Compares the events that are there with the leaves that were sealed. */
export class LeafCheck {
  readonly #misplaced: Misplaced[] = [];
  readonly #sealedAt = new Map<string, number>();
  /** Neighbours in one range. */
  readonly #missing: { from: number; to: number }[] = [];

  constructor(
    private readonly problems: Problems,
    private readonly retired: RetiredLeaves,
    /** Of which leaves the events are checked; others serve to recompute the tree. */
    private readonly range: { from: number; to: number },
  ) {}

  /** The hashes of the group's leaves as they were sealed; undefined where nothing is left that tells. */
  check(group: LeafGroup): (Buffer | undefined)[] {
    const byIndex = Map.groupBy(group.rows, ({ leaf_index }) => Number(leaf_index));
    const found = indexes(group).map((index) =>
      (byIndex.get(index) ?? []).map((row) => ({ row, hash: recomputedHash(row) })),
    );
    const sealed = group.tile && this.#hashesOf(group.tile, group.from, found);
    if (!sealed && found.length === TILE_WIDTH)
      this.problems.add("MISSING", group.from, `The tile of leaves ${group.from} to ${group.to - 1} is gone.`);
    return found.map((events, at) => this.#checkLeaf(group.from + at, events, sealed?.[at]));
  }

  /** Whether there are leaves without an event, and nothing that tells of their end. */
  get misses(): boolean {
    return this.#missing.length > 0;
  }

  /**
   * To be called at the end: says what became of events that stand in the place of others.
   * @param retired what has been told since the check began
   */
  finish(beyond: readonly BeyondTree[], retired = RetiredLeaves.none): void {
    for (const range of this.#missing) this.#reportMissing(range, retired);
    for (const { leafIndex, id, hash, isColumnOnly } of this.#misplaced) {
      const home = this.#sealedAt.get(hash.toString("latin1"));
      if (home !== undefined && home !== leafIndex) {
        this.problems.add("REORDERED", leafIndex, `At leaf ${leafIndex} stands event ${id}, sealed as leaf ${home}.`);
      } else {
        const how = isColumnOnly
          ? "a column of the event was changed after sealing"
          : "the event and its hash were replaced";
        this.problems.add("MODIFIED", leafIndex, `Leaf ${leafIndex}, event ${id}: ${how}.`);
      }
    }
    for (const { leafIndex, id, leafHash } of beyond) {
      const home = this.#sealedAt.get(leafHash.toString("latin1"));
      if (home === undefined) {
        this.problems.add("INSERTED", leafIndex, `Event ${id} stands at leaf ${leafIndex}, beyond the log's tree.`);
      } else
        this.problems.add("REORDERED", leafIndex, `At leaf ${leafIndex} stands event ${id}, sealed as leaf ${home}.`);
    }
  }

  /** The tile's hashes, or, when they don't make up its root and those of its events do, these. */
  #hashesOf(tile: Pick<Tile, "hashes" | "root">, from: number, found: readonly Found[][]): Buffer[] {
    const stored = split(tile.hashes);
    if (rootOf(stored).equals(tile.root)) return stored;
    const place = `the tile of leaves ${from} to ${from + TILE_WIDTH - 1}`;
    const ofEvents = stored.map((hash, at) => found[at]?.[0]?.hash ?? hash);
    if (!rootOf(ofEvents).equals(tile.root)) {
      this.problems.add("MODIFIED", from, `The hashes or the root of ${place} were changed.`);
      return stored;
    }
    const at = stored.findIndex((hash, index) => !hash.equals(ofEvents[index] ?? hash));
    const what = `Hashes of ${place} were changed, that of leaf ${from + at} first; the events are as they were sealed.`;
    this.problems.add("MODIFIED", from + at, what);
    return ofEvents;
  }

  #checkLeaf(leafIndex: number, found: readonly Found[], sealed: Buffer | undefined): Buffer | undefined {
    const isAsked = leafIndex >= this.range.from && leafIndex < this.range.to;
    const event = theOne(found, sealed);
    if (!event) {
      if (isAsked && !this.retired.has(leafIndex)) this.#missingAt(leafIndex, sealed);
      return sealed;
    }
    if (isAsked) {
      for (const other of found.filter((one) => one !== event)) this.#inserted(leafIndex, other.row);
      this.#compare(leafIndex, event, sealed);
    }
    return sealed ?? event.row.leaf_hash;
  }

  #compare(leafIndex: number, { row, hash }: Found, sealed: Buffer | undefined): void {
    const saysSo = row.leaf_hash.equals(sealed ?? row.leaf_hash);
    if (hash.equals(sealed ?? row.leaf_hash)) {
      if (!saysSo) {
        const what = `Leaf ${leafIndex}, event ${row.id}: its leaf_hash was changed; the event is as it was sealed.`;
        this.problems.add("MODIFIED", leafIndex, what);
      }
      return;
    }
    if (this.#misplaced.length < MOST_MISPLACED) {
      this.#misplaced.push({ leafIndex, id: row.id, hash, isColumnOnly: saysSo });
      this.#sealedAt.set((sealed ?? row.leaf_hash).toString("latin1"), leafIndex);
    } else this.problems.add("MODIFIED", leafIndex, `Leaf ${leafIndex}, event ${row.id}: not what was sealed.`);
  }

  #inserted(leafIndex: number, { id }: StoredEvent): void {
    const what = `Leaf ${leafIndex} is there twice: event ${id} was put beside the one that was sealed.`;
    this.problems.add("INSERTED", leafIndex, what);
  }

  #missingAt(leafIndex: number, sealed: Buffer | undefined): void {
    if (sealed && this.#sealedAt.size < MOST_MISPLACED) this.#sealedAt.set(sealed.toString("latin1"), leafIndex);
    const last = this.#missing.at(-1);
    if (last?.to === leafIndex) last.to++;
    else this.#missing.push({ from: leafIndex, to: leafIndex + 1 });
  }

  /** What is left of a range without those that retention has taken meanwhile; neighbours are one problem. */
  #reportMissing(range: { from: number; to: number }, retired: RetiredLeaves): void {
    for (let from = range.from; from < range.to;) {
      let to = from;
      while (to < range.to && !retired.has(to)) to++;
      if (to > from) {
        const which =
          to - from === 1 ? `The event of leaf ${from} is` : `The events of leaves ${from} to ${to - 1} are`;
        this.problems.add("MISSING", from, `${which} gone, and no event tells that retention removed it.`);
      }
      from = to + 1;
    }
  }
}

/** Of several rows of an index, the one that was sealed: by the tree's hash, else one whose own hash is right. */
function theOne(found: readonly Found[], sealed: Buffer | undefined): Found | undefined {
  return (
    found.find(({ hash }) => sealed?.equals(hash)) ??
    found.find(({ row, hash }) => row.leaf_hash.equals(sealed ?? hash)) ??
    found[0]
  );
}

function indexes({ from, to }: LeafGroup): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function split(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, at) =>
    hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

function rootOf(hashes: readonly Buffer[]): Buffer {
  const range = new CompactRange();
  for (const hash of hashes) range.append(hash);
  return range.root();
}
