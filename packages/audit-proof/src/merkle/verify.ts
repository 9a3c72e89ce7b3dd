import { EMPTY_ROOT, HASH_BYTES, nodeHash } from "./hash.js";
import { half, isOdd, isSize } from "./numbers.js";

const areHashes = (...hashes: readonly Buffer[]) => hashes.every(({ length }) => length === HASH_BYTES);
const isPowerOfTwo = (value: number) => Number.isInteger(Math.log2(value));

/** Whether `path` leads from the leaf at `index` to the root of a tree of `size` leaves (RFC 9162 2.1.3.2). */
export function verifyInclusion(p: {
  index: number;
  size: number;
  leafHash: Buffer;
  path: readonly Buffer[];
  root: Buffer;
}): boolean {
  if (!isSize(p.index) || !isSize(p.size) || p.index >= p.size) return false;
  if (!areHashes(p.leafHash, p.root, ...p.path)) return false;
  const way = new Way(p.index, p.size - 1);
  let root = p.leafHash;
  for (const sibling of p.path) {
    if (way.isAtTop) return false;
    root = way.up() === "left" ? nodeHash(sibling, root) : nodeHash(root, sibling);
  }
  return way.isAtTop && root.equals(p.root);
}

/** Whether the tree of `to` leaves only appended to the one of `from` (RFC 9162 2.1.4.2). */
export function verifyConsistency(p: {
  from: number;
  to: number;
  fromRoot: Buffer;
  toRoot: Buffer;
  path: readonly Buffer[];
}): boolean {
  if (!isSize(p.from) || !isSize(p.to) || p.from > p.to) return false;
  if (!areHashes(p.fromRoot, p.toRoot, ...p.path)) return false;
  if (p.from === p.to) return p.path.length === 0 && p.fromRoot.equals(p.toRoot);
  if (p.from === 0) return p.path.length === 0 && p.fromRoot.equals(EMPTY_ROOT);
  const [first, ...others] = isPowerOfTwo(p.from) ? [p.fromRoot, ...p.path] : p.path;
  if (first === undefined || p.path.length === 0) return false;
  const way = new Way(p.from - 1, p.to - 1);
  way.skipRightChildren();
  let [fromRoot, toRoot] = [first, first];
  for (const sibling of others) {
    if (way.isAtTop) return false;
    if (way.up() === "left") {
      fromRoot = nodeHash(sibling, fromRoot);
      toRoot = nodeHash(sibling, toRoot);
    } else toRoot = nodeHash(toRoot, sibling);
  }
  return way.isAtTop && fromRoot.equals(p.fromRoot) && toRoot.equals(p.toRoot);
}

/** The way up from a node to the root: `fn` and `sn` of RFC 9162, the node's and the last node's place in their row. */
class Way {
  constructor(
    private node: number,
    private last: number,
  ) {}

  get isAtTop(): boolean {
    return this.last === 0;
  }

  /** Goes up by one sibling, and says on which side that one stands. */
  up(): "left" | "right" {
    const isRightMost = this.node === this.last;
    if (!isOdd(this.node) && !isRightMost) {
      this.#parent();
      return "right";
    }
    // The last node of a row that has no sibling goes up until it has one.
    while (!isOdd(this.node) && this.node !== 0) this.#parent();
    this.#parent();
    return "left";
  }

  skipRightChildren(): void {
    while (isOdd(this.node)) this.#parent();
  }

  #parent(): void {
    this.node = half(this.node);
    this.last = half(this.last);
  }
}
