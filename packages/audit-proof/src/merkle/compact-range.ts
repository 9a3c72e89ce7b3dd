import { foldRight, nodeHash } from "./hash.js";
import { half, isOdd, isSize, subtreesOf } from "./numbers.js";

/** A tree's right border: the roots of the complete subtrees of [0, size), left to right. Enough to append and to know the root. */
export class CompactRange {
  #size: number;
  readonly #hashes: Buffer[];

  /** @throws RangeError when it aren't as many hashes as a tree of this size has complete subtrees */
  constructor(size = 0, hashes: readonly Buffer[] = []) {
    if (!isSize(size)) throw new RangeError(`${size} is not the size of a tree`);
    const expected = subtreesOf(0, size).length;
    if (hashes.length !== expected)
      throw new RangeError(`a tree of ${size} leaves has ${expected} complete subtrees, not ${hashes.length}`);
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  get hashes(): readonly Buffer[] {
    return [...this.#hashes];
  }

  append(leafHash: Buffer): void {
    this.appendSubtree(0, leafHash);
  }

  /**
   * Appends the 2^height leaves of a complete subtree at once.
   * @throws RangeError unless the size is a multiple of the subtree's
   */
  appendSubtree(height: number, hash: Buffer): void {
    const width = 2 ** height;
    if (this.#size % width !== 0) throw new RangeError(`a subtree of ${width} leaves can't begin at ${this.#size}`);
    let root = hash;
    for (let before = this.#size / width; isOdd(before); before = half(before)) {
      const left = this.#hashes.pop();
      if (left) root = nodeHash(left, root);
    }
    this.#hashes.push(root);
    this.#size += width;
  }

  root(): Buffer {
    return foldRight(this.#hashes);
  }
}
