/** Sizes and indexes are safe integers beyond 2^31: JavaScript's bit operators would cut them. */
export const half = (value: number): number => Math.floor(value / 2);
export const isOdd = (value: number): boolean => value % 2 === 1;
export const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The largest power of two that is smaller than `size`, which is at least 2: where RFC 9162 splits a tree. */
export function splitPoint(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

export interface Subtree {
  height: number;
  /** Counted in subtrees of this height: it covers the leaves from `index * 2^height` on. */
  index: number;
}

/** The complete, aligned subtrees that make up [begin, end), left to right; two per height at most. */
export function subtreesOf(begin: number, end: number): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = begin; at < end;) {
    let height = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2;
      height += 1;
    }
    subtrees.push({ height, index: at / width });
    at += width;
  }
  return subtrees;
}
