import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CompactRange } from "./compact-range.js";
import { numberedLeaves, path, proof, storeOf, treeHash } from "./fixtures/rfc9162.js";
import { compactRangeAt, consistencyProof, inclusionProof, InclusionProofs, rangeHashes, rootAt } from "./proofs.js";
import { RangeRoot } from "./range-root.js";
import { SubtreeRoots } from "./tiles.js";
import { verifyConsistency, verifyInclusion } from "./verify.js";

const most = 1500;
const leaves = numberedLeaves(most);
const { read } = storeOf(leaves);

const sizes = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: most }),
  fc.constantFrom(256, 512, 1024),
);
const indexAndSize = sizes.chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));
const twoSizes = sizes.chain((to) => fc.tuple(fc.integer({ min: 0, max: to }), fc.constant(to)));
const threeSizes = twoSizes.chain(([to, size]) =>
  fc.tuple(fc.integer({ min: 0, max: to }), fc.constant(to), fc.constant(size)),
);

describe("proofs made from tiles", { timeout: 60_000 }, () => {
  it("have the roots of RFC 9162's recursive definition", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const root = treeHash(leaves.slice(0, size));
        expect(await rootAt(size, read)).toEqual(root);
        expect((await compactRangeAt(size, read)).root()).toEqual(root);
      }),
    );
  });

  it("are the inclusion paths of RFC 9162's recursive definition, and verify", async () => {
    await fc.assert(
      fc.asyncProperty(indexAndSize, async ([index, size]) => {
        const made = await inclusionProof(index, size, read);
        expect(made).toEqual(path(index, leaves.slice(0, size)));
        const leafHash = leaves[index] as Buffer;
        expect(verifyInclusion({ index, size, leafHash, path: made, root: await rootAt(size, read) })).toBe(true);
      }),
    );
  });

  it("are the same with what was kept of proofs for other sizes", async () => {
    const kept = new SubtreeRoots();
    await fc.assert(
      fc.asyncProperty(indexAndSize, async ([index, size]) => {
        const made = await new InclusionProofs(size, read, kept).of(index);
        expect(made).toEqual(path(index, leaves.slice(0, size)));
      }),
    );
  });

  it("read the leaf's own tile alone, of what was kept", async () => {
    const levels: number[] = [];
    const counting = (...asked: Parameters<typeof read>) => {
      levels.push(asked[0]);
      return read(...asked);
    };
    const kept = new SubtreeRoots();
    const readFor = async (index: number, size: number) => {
      levels.length = 0;
      await new InclusionProofs(size, counting, kept).of(index);
      return [...levels];
    };
    expect(await readFor(3, 1_024)).toEqual([0, 1]);
    expect(await readFor(3, 1_024)).toEqual([0]);
    expect(await readFor(250, 1_024)).toEqual([0]);
    kept.forget();
    expect(await readFor(3, 1_024)).toEqual([0, 1]);
  });

  it("are the consistency proofs of RFC 9162's recursive definition, and verify", async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, async ([from, to]) => {
        const made = await consistencyProof(from, to, read);
        expect(made).toEqual(from === 0 ? [] : proof(from, leaves.slice(0, to)));
        const [fromRoot, toRoot] = [await rootAt(from, read), await rootAt(to, read)];
        expect(verifyConsistency({ from, to, fromRoot, toRoot, path: made })).toBe(true);
      }),
    );
  });

  it("recompute the root from a range and what stands around it", async () => {
    await fc.assert(
      fc.asyncProperty(threeSizes, async ([from, to, size]) => {
        const range = new RangeRoot({ from, before: await rangeHashes(0, from, read) });
        for (const leaf of leaves.slice(from, to)) range.append(leaf);
        const after = await rangeHashes(to, size, read);
        expect(range.finish({ size, after })).toEqual(treeHash(leaves.slice(0, size)));
      }),
    );
  });

  it("read each tile once, two per level at most", async () => {
    const tiles: string[] = [];
    await inclusionProof(66_000, 70_000, (level, from, to) => {
      tiles.push(`${level}/${Math.floor(from / 256)}`);
      return Promise.resolve(leaves.slice(0, to - from));
    });
    expect(new Set(tiles).size).toBe(tiles.length);
    expect(tiles.toSorted()).toEqual(["0/257", "0/273", "1/1", "2/0"]);
  });

  it("say so when the store holds less than the tree", async () => {
    const { read: short } = storeOf(leaves.slice(0, 5));
    await expect(inclusionProof(2, 8, short)).rejects.toThrow("Level 0 has 5 of the 8 hashes at [0, 8).");
  });

  it.each([
    [8, 8],
    [-1, 8],
    [0.5, 8],
    [0, 0],
  ])("don't exist for leaf %d of %d", async (index, size) => {
    await expect(inclusionProof(index, size, read)).rejects.toThrow(RangeError);
  });

  it("don't lead from a later tree to an earlier one", async () => {
    await expect(consistencyProof(9, 8, read)).rejects.toThrow(RangeError);
    await expect(rangeHashes(9, 8, read)).rejects.toThrow(RangeError);
  });
});

describe("a compact range", () => {
  it("has the tree's root after each leaf", () => {
    const range = new CompactRange();
    for (const [at, leaf] of leaves.slice(0, 300).entries()) {
      expect(range.root()).toEqual(treeHash(leaves.slice(0, at)));
      range.append(leaf);
    }
    expect(range.size).toBe(300);
  });

  it("goes on from its size and hashes", () => {
    const range = new CompactRange();
    for (const leaf of leaves.slice(0, 7)) range.append(leaf);
    const resumed = new CompactRange(range.size, range.hashes);
    for (const leaf of leaves.slice(7, 20)) resumed.append(leaf);
    expect(resumed.root()).toEqual(treeHash(leaves.slice(0, 20)));
  });

  it("takes as many hashes as the size has complete subtrees, and no more or less", () => {
    expect(() => new CompactRange(3, leaves.slice(0, 1))).toThrow("a tree of 3 leaves has 2 complete subtrees, not 1");
    expect(() => new CompactRange(-1)).toThrow(RangeError);
  });

  it("counts beyond 2^32", () => {
    const size = 2 ** 40 + 1;
    const range = new CompactRange(size, leaves.slice(0, 2));
    range.append(leaves[2] as Buffer);
    expect(range.hashes).toHaveLength(2);
    expect(range.size).toBe(size + 1);
  });
});

describe("a range's root", () => {
  it("needs what stands right of the leaves appended", () => {
    const range = new RangeRoot({ from: 0, before: [] });
    range.append(leaves[0] as Buffer);
    expect(() => range.finish({ size: 4, after: [] })).toThrow("[1, 4) has 2 complete subtrees, not 0");
    expect(() => range.finish({ size: 0, after: [] })).toThrow("a tree of 0 leaves has no leaf 0");
  });
});
