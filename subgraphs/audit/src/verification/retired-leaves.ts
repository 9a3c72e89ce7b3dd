import type { ReadHashes } from "@supergraph/audit-proof";
import { recomputedHash, type StoredEvent } from "./stored-event.js";

type LeafRange = readonly [from: number, to: number];

/** The leaves whose events retention has removed, as sealed events of the log itself tell. */
export class RetiredLeaves {
  static readonly none = new RetiredLeaves([]);

  private constructor(private readonly ranges: readonly LeafRange[]) {}

  /** Believes only those events that are as they were sealed: `read` gives the tree's hashes. */
  static async told(retirements: readonly StoredEvent[], read: ReadHashes): Promise<RetiredLeaves> {
    const ranges: LeafRange[] = [];
    for (const event of retirements) {
      const at = Number(event.leaf_index);
      const [sealed] = await read(0, at, at + 1);
      if (sealed?.equals(recomputedHash(event))) ranges.push(...rangesIn(event.metadata?.leaves));
    }
    return new RetiredLeaves(ranges.sort(([one], [other]) => one - other));
  }

  has(leafIndex: number): boolean {
    let [low, high] = [0, this.ranges.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.ranges[middle]?.[0] ?? 0) <= leafIndex) low = middle + 1;
      else high = middle;
    }
    const [, end = 0] = this.ranges[low - 1] ?? [];
    return leafIndex < end;
  }
}

function rangesIn(leaves: unknown): LeafRange[] {
  if (!Array.isArray(leaves)) return [];
  return leaves.flatMap((range: unknown) => {
    const [from, to] = Array.isArray(range) ? (range as unknown[]) : [];
    return typeof from === "number" && typeof to === "number" ? [[from, to] as const] : [];
  });
}
