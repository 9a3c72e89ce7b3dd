/** Leaves [from, to), by their indexes. */
export type LeafRange = [from: number, to: number];

/** Gathers ascending leaf indexes into the ranges that they make up. */
export class LeafRanges {
  readonly #ranges: LeafRange[] = [];
  #count = 0;

  /** @throws RangeError unless it is beyond the last */
  add(index: number): void {
    const last = this.#ranges.at(-1);
    if (last && index < last[1]) throw new RangeError(`Leaf ${index} stands after leaf ${last[1] - 1}.`);
    if (last?.[1] === index) last[1] = index + 1;
    else this.#ranges.push([index, index + 1]);
    this.#count += 1;
  }

  /** How many leaves. */
  get count(): number {
    return this.#count;
  }

  get ranges(): readonly LeafRange[] {
    return this.#ranges;
  }
}
