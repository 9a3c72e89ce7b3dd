import { completeRoot, foldRight } from "./hash.js";
import { subtreesOf, type Subtree } from "./numbers.js";

export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;

/**
 * Reads the roots of complete subtrees of 256^level leaves each, those at [from, to): always within one tile of 256.
 * Level 0 are the leaf hashes.
 */
export type ReadHashes = (level: number, from: number, to: number) => Promise<readonly Buffer[]>;

/** Kept for who asks again: 8 KiB each. */
const REMEMBERED_TILES = 128;
const REMEMBERED_ROOTS = 16_384;

/**
 * Roots of complete subtrees of a log that grows, kept from one proof to the next: they never change. Of 256 leaves and
 * more; who proves one leaf hardly comes back to the smaller ones.
 */
export class SubtreeRoots {
  readonly #roots = new Map<string, Buffer>();

  get({ height, index }: Subtree): Buffer | undefined {
    return this.#roots.get(`${height}/${index}`);
  }

  keep({ height, index }: Subtree, root: Buffer): void {
    if (height < TILE_HEIGHT) return;
    if (this.#roots.size >= REMEMBERED_ROOTS) this.#roots.clear();
    this.#roots.set(`${height}/${index}`, root);
  }

  /** For when they turn out to be those of another log: one that was restored, say. */
  forget(): void {
    this.#roots.clear();
  }
}

/** The subtrees of a tree of `size` leaves, out of its tiles: each is read once, as long as it is remembered. */
export class Tiles {
  readonly #tiles = new Map<string, Promise<readonly Buffer[]>>();
  readonly #roots = new Map<string, Promise<Buffer>>();

  constructor(
    private readonly size: number,
    private readonly read: ReadHashes,
    private readonly kept?: SubtreeRoots,
  ) {}

  /** The roots of the complete subtrees that make up [begin, end), left to right. */
  hashesOf(begin: number, end: number): Promise<Buffer[]> {
    return Promise.all(subtreesOf(begin, end).map((subtree) => this.#rootOf(subtree)));
  }

  /** The root of the leaves [begin, end), where `begin` is one of the places at which RFC 9162 splits the tree. */
  async rootOf([begin, end]: readonly [number, number]): Promise<Buffer> {
    return foldRight(await this.hashesOf(begin, end));
  }

  #rootOf(subtree: Subtree): Promise<Buffer> {
    return remembered(this.#roots, REMEMBERED_ROOTS, `${subtree.height}/${subtree.index}`, () =>
      this.#computeRoot(subtree),
    );
  }

  async #computeRoot(subtree: Subtree): Promise<Buffer> {
    const { height, index } = subtree;
    const known = this.kept?.get(subtree);
    if (known) return known;
    const level = Math.floor(height / TILE_HEIGHT);
    const width = 2 ** (height % TILE_HEIGHT);
    const first = index * width;
    const hashes = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    const offset = first % TILE_WIDTH;
    const root = completeRoot(hashes.slice(offset, offset + width));
    this.kept?.keep(subtree, root);
    return root;
  }

  #tile(level: number, index: number): Promise<readonly Buffer[]> {
    return remembered(this.#tiles, REMEMBERED_TILES, `${level}/${index}`, () => this.#readTile(level, index));
  }

  async #readTile(level: number, index: number): Promise<readonly Buffer[]> {
    const from = index * TILE_WIDTH;
    const to = Math.min(from + TILE_WIDTH, Math.floor(this.size / TILE_WIDTH ** level));
    const hashes = await this.read(level, from, to);
    if (hashes.length !== to - from)
      throw new Error(`Level ${level} has ${hashes.length} of the ${to - from} hashes at [${from}, ${to}).`);
    return hashes;
  }
}

function remembered<T>(known: Map<string, T>, most: number, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= most) known.clear();
  const made = make();
  known.set(key, made);
  return made;
}
