import type { Problems } from "./problem.js";

export interface LeafOrder {
  /** Takes the index of a line, and that of the line after it. */
  see(index: number, next: number | undefined): void;
  finish(): void;
}

const leaves = (from: number, to: number) => (to - from === 1 ? `leaf ${from}` : `the leaves ${from} to ${to - 1}`);
const areMissing = (from: number, to: number) => `${leaves(from, to)} ${to - from === 1 ? "is" : "are"} missing`;

/** The order of an export that holds every leaf of [from, to). */
export class WholeOrder implements LeafOrder {
  #expected: number;
  readonly #ahead = new Set<number>();
  /** Leaves that were passed over, each with what follows the gap: they may still come, too late. */
  readonly #gaps: { from: number; to: number }[] = [];

  constructor(
    private readonly range: { from: number; to: number },
    private readonly problems: Problems,
  ) {
    this.#expected = range.from;
  }

  see(index: number, next: number | undefined): void {
    while (this.#ahead.delete(this.#expected)) this.#expected += 1;
    const expected = this.#expected;
    if (index === expected) this.#expected += 1;
    else if (next === expected + 1) {
      this.problems.add("MODIFIED", expected, `where leaf ${expected} belongs, leaf_index is ${index}`);
      this.#expected += 1;
    } else if (index < this.range.from || index >= this.range.to) {
      const { from, to } = this.range;
      this.problems.add("INSERTED", index, `leaf ${index} is outside of the range, ${from} to ${to - 1}`);
    } else if (index < expected) this.#seeLate(index);
    else if (next === expected) {
      this.problems.add("REORDERED", index, `leaf ${index} stands before leaf ${expected}`);
      this.#ahead.add(index);
    } else {
      this.#gaps.push({ from: expected, to: index });
      this.#expected = index + 1;
    }
  }

  finish(): void {
    while (this.#ahead.delete(this.#expected)) this.#expected += 1;
    for (const { from, to } of this.#gaps)
      this.problems.add("MISSING", from, `${areMissing(from, to)} between ${from - 1} and ${to}`);
    const { from, to } = this.range;
    if (this.#expected < to)
      this.problems.add(
        "TRUNCATED",
        this.#expected,
        `${areMissing(this.#expected, to)}: the range is ${from} to ${to - 1}`,
      );
  }

  #seeLate(index: number): void {
    const at = this.#gaps.findIndex(({ from, to }) => index >= from && index < to);
    const gap = this.#gaps[at];
    if (!gap) return this.problems.add("INSERTED", index, `leaf ${index} stands twice`);
    const around = [
      { from: gap.from, to: index },
      { from: index + 1, to: gap.to },
    ];
    this.#gaps.splice(at, 1, ...around.filter(({ from, to }) => from < to));
    this.problems.add("REORDERED", index, `leaf ${index} stands after leaf ${this.#expected - 1}`);
  }
}

/** The order of an export that holds some leaves: ascending. */
export class PickedOrder implements LeafOrder {
  #last = -1;

  constructor(
    private readonly size: number | undefined,
    private readonly problems: Problems,
  ) {}

  see(index: number): void {
    if (this.size !== undefined && index >= this.size)
      this.problems.add("INSERTED", index, `leaf ${index} is not in the log: the checkpoint has ${this.size} leaves`);
    else if (index === this.#last) this.problems.add("INSERTED", index, `leaf ${index} stands twice`);
    else if (index < this.#last) this.problems.add("REORDERED", index, `leaf ${index} stands after leaf ${this.#last}`);
    this.#last = Math.max(this.#last, index);
  }

  finish(): void {}
}
