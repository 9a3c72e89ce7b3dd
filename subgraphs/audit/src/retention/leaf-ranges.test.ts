import { expect, it } from "vitest";
import { LeafRanges } from "./leaf-ranges.js";

it("gathers neighbours into ranges that leave their end out", () => {
  const leaves = new LeafRanges();
  for (const index of [0, 1, 2, 7, 9, 10]) leaves.add(index);
  expect(leaves.ranges).toEqual([
    [0, 3],
    [7, 8],
    [9, 11],
  ]);
  expect(leaves.count).toBe(6);
});

it.each([6, 5, 0])("takes no leaf twice, and none out of order: %d after 6", (index) => {
  const leaves = new LeafRanges();
  leaves.add(6);
  expect(() => {
    leaves.add(index);
  }).toThrow(RangeError);
});
