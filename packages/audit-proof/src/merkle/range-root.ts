import { CompactRange } from "./compact-range.js";
import { isSize, subtreesOf } from "./numbers.js";

/**
 * The root of a tree, recomputed from the leaf hashes of a range of it and the roots of the complete subtrees on both
 * sides. The leaves stream through: it holds a hash per level.
 */
export class RangeRoot {
  readonly #range: CompactRange;

  /** @throws RangeError when `before` isn't what a tree has left of `from` */
  constructor({ from, before }: { from: number; before: readonly Buffer[] }) {
    this.#range = new CompactRange(from, before);
  }

  /** Where the next leaf stands. */
  get to(): number {
    return this.#range.size;
  }

  append(leafHash: Buffer): void {
    this.#range.append(leafHash);
  }

  /** The root that the tree had when the leaves appended so far were all of it. */
  rootSoFar(): Buffer {
    return this.#range.root();
  }

  /** @throws RangeError when `after` isn't what a tree of `size` has right of the leaves appended */
  finish({ size, after }: { size: number; after: readonly Buffer[] }): Buffer {
    if (!isSize(size) || size < this.to) throw new RangeError(`a tree of ${size} leaves has no leaf ${this.to - 1}`);
    const subtrees = subtreesOf(this.to, size);
    if (subtrees.length !== after.length)
      throw new RangeError(`[${this.to}, ${size}) has ${subtrees.length} complete subtrees, not ${after.length}`);
    for (const [at, { height }] of subtrees.entries()) this.#range.appendSubtree(height, after[at] as Buffer);
    return this.#range.root();
  }
}
