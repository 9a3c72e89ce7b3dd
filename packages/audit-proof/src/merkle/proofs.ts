import { CompactRange } from "./compact-range.js";
import { isSize, splitPoint } from "./numbers.js";
import { Tiles, type ReadHashes, type SubtreeRoots } from "./tiles.js";

type Range = readonly [begin: number, end: number];

/**
 * The path of leaf `index` to the root of a tree of `size` leaves (RFC 9162 2.1.3.1).
 * @throws RangeError unless 0 <= index < size
 */
export async function inclusionProof(index: number, size: number, read: ReadHashes): Promise<Buffer[]> {
  return new InclusionProofs(size, read).of(index);
}

/**
 * The paths of many leaves of one tree: what they have in common is read and hashed once, where they come in order. With
 * `kept`, also what they have in common with those of the log's other sizes.
 */
export class InclusionProofs {
  readonly #tiles: Tiles;

  constructor(
    readonly size: number,
    read: ReadHashes,
    kept?: SubtreeRoots,
  ) {
    this.#tiles = new Tiles(size, read, kept);
  }

  /** @throws RangeError as `inclusionProof` */
  async of(index: number): Promise<Buffer[]> {
    const { size } = this;
    if (!isSize(size) || !isSize(index) || index >= size)
      throw new RangeError(`A tree of ${size} leaves has no leaf ${index}.`);
    return Promise.all(siblings(index, size).map((range) => this.#tiles.rootOf(range)));
  }
}

/**
 * That the tree of `to` leaves only appended to the one of `from` (RFC 9162 2.1.4.1); empty from 0 and to itself.
 * @throws RangeError unless 0 <= from <= to
 */
export async function consistencyProof(from: number, to: number, read: ReadHashes): Promise<Buffer[]> {
  if (!isSize(from) || !isSize(to) || from > to)
    throw new RangeError(`A tree of ${to} leaves can't have been one of ${from}.`);
  return from === 0 ? [] : rootsOf(differences(from, to), to, read);
}

/** The root of the tree when it had `size` leaves. */
export async function rootAt(size: number, read: ReadHashes): Promise<Buffer> {
  return new Tiles(size, read).rootOf([0, size]);
}

/** The right border of the tree when it had `size` leaves: what appending goes on from. */
export async function compactRangeAt(size: number, read: ReadHashes): Promise<CompactRange> {
  return new CompactRange(size, await new Tiles(size, read).hashesOf(0, size));
}

/**
 * The roots of the complete subtrees that make up [begin, end), left to right.
 * @throws RangeError unless 0 <= begin <= end
 */
export async function rangeHashes(begin: number, end: number, read: ReadHashes): Promise<Buffer[]> {
  if (!isSize(begin) || !isSize(end) || begin > end) throw new RangeError(`[${begin}, ${end}) is no range of leaves.`);
  return new Tiles(end, read).hashesOf(begin, end);
}

function rootsOf(ranges: readonly Range[], size: number, read: ReadHashes): Promise<Buffer[]> {
  const tiles = new Tiles(size, read);
  return Promise.all(ranges.map((range) => tiles.rootOf(range)));
}

/** What stands beside the way from a leaf up to the root. */
function siblings(index: number, size: number): Range[] {
  const ranges: Range[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const split = begin + splitPoint(end - begin);
    if (index < split) {
      ranges.push([split, end]);
      end = split;
    } else {
      ranges.push([begin, split]);
      begin = split;
    }
  }
  return ranges.reverse();
}

/** SUBPROOF of RFC 9162 2.1.4.1, from the root down. */
function differences(from: number, to: number): Range[] {
  const ranges: Range[] = [];
  let [begin, end] = [0, to];
  while (from < end) {
    const split = begin + splitPoint(end - begin);
    if (from <= split) {
      ranges.push([split, end]);
      end = split;
    } else {
      ranges.push([begin, split]);
      begin = split;
    }
  }
  if (begin > 0) ranges.push([begin, end]);
  return ranges.reverse();
}
