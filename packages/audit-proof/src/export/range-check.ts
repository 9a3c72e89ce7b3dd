import { RangeRoot } from "../merkle/range-root.js";
import type { Checkpoint } from "../note/checkpoint.js";
import type { LeafRange } from "./closing-line.js";
import type { EventLine } from "./event-line.js";
import type { Problems } from "./problem.js";
import type { Witness } from "./witness.js";

/** Recomputes the checkpoint's root from every leaf of a range, and on the way the earlier roots that a witness kept. */
export class RangeCheck {
  /** By `leaf_hash`, and by the events themselves. */
  readonly #given: RangeRoot;
  readonly #content: RangeRoot;
  #isBroken = false;
  /** The sizes at which the witness had the same root, and another one. */
  #agreed = 0;
  readonly #disagreed: number[] = [];

  /** @throws RangeError when there are not the hashes that a tree has left of the range */
  constructor(
    private readonly range: LeafRange,
    private readonly checkpoint: Checkpoint,
    private readonly witness: Witness | undefined,
    private readonly problems: Problems,
  ) {
    this.#given = new RangeRoot(range);
    this.#content = new RangeRoot(range);
    this.#compare();
  }

  see({ leafIndex, leafHash }: EventLine, content: Buffer): void {
    this.#isBroken ||= leafIndex !== this.#given.to;
    if (this.#isBroken) return;
    this.#given.append(leafHash);
    this.#content.append(content);
    this.#compare();
  }

  finish(): void {
    const { range, checkpoint, problems } = this;
    const { size, root } = checkpoint;
    if (range.to > size)
      return problems.add(
        "TRUNCATED",
        null,
        `the checkpoint has ${size} leaves and the file leaf ${range.to - 1}: an older checkpoint was put in`,
      );
    if (range.to < size && range.after.length === 0)
      return problems.add(
        "TRUNCATED",
        range.to,
        `the file ends before leaf ${range.to}, and the checkpoint has ${size} leaves`,
      );
    // Whatever is missing or out of its place was told already.
    if (this.#isBroken || this.#given.to !== range.to) return;
    const end = { size, after: range.after };
    try {
      if (this.#given.finish(end).equals(root)) this.#disagreed.forEach((at) => this.witness?.compared(at, false));
      else if (!this.#content.finish(end).equals(root)) problems.add("MODIFIED", null, this.#changedWords());
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.add("MODIFIED", null, `the range's hashes were changed: ${error.message}`);
    }
  }

  #compare(): void {
    const size = this.#given.to;
    const expected = this.witness?.rootAt(size);
    if (!expected) return;
    if (!expected.equals(this.#given.rootSoFar())) this.#disagreed.push(size);
    else {
      this.#agreed = size;
      this.witness?.compared(size, true);
    }
  }

  #changedWords(): string {
    const from = Math.max(this.range.from, this.#agreed);
    const to = Math.min(this.range.to, ...this.#disagreed.filter((size) => size > this.#agreed).slice(0, 1));
    return (
      `the leaves ${from} to ${to - 1} don't lead to the checkpoint's root: an event was changed together with its ` +
      "leaf_hash, or the range's hashes were; an export with proofs=true tells which"
    );
  }
}
