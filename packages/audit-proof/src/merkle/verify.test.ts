import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONSISTENCY_PROOFS, INCLUSION_PROOFS, LEAVES, ROOTS } from "./fixtures/reference-tree.js";
import { numberedLeaves, path as pathOf, proof as proofOf, storeOf, treeHash } from "./fixtures/rfc9162.js";
import { EMPTY_ROOT, leafHash } from "./hash.js";
import { consistencyProof, inclusionProof, rootAt } from "./proofs.js";
import { verifyConsistency, verifyInclusion } from "./verify.js";

type Inclusion = Parameters<typeof verifyInclusion>[0];
type Consistency = Parameters<typeof verifyConsistency>[0];

const referenceLeaves = LEAVES.map(leafHash);
const { read } = storeOf(referenceLeaves);
const leafOf = (index: number) => referenceLeaves[index] as Buffer;
const rootOf = (size: number) => ROOTS[size] as Buffer;

const flipped = (hash: Buffer, byte: number, bit: number) => {
  const other = Buffer.from(hash);
  other[byte % 32] = (other[byte % 32] as number) ^ (1 << bit);
  return other;
};

/** Every way to alter a path by one hash. */
function alteredPaths(path: readonly Buffer[], others: readonly Buffer[], byte = 0, bit = 4): Buffer[][] {
  const without = path.map((_, at) => path.toSpliced(at, 1));
  const changed = path.map((hash, at) => path.with(at, flipped(hash, byte, bit)));
  const cut = path.map((hash, at) => path.with(at, hash.subarray(0, 31)));
  const withMore = [...others, ...path, Buffer.alloc(0)].flatMap((hash) =>
    Array.from({ length: path.length + 1 }, (_, at) => path.toSpliced(at, 0, hash)),
  );
  const swapped = path.slice(1).map((hash, at) => path.with(at, hash).with(at + 1, path[at] as Buffer));
  return [...without, ...changed, ...cut, ...withMore, ...swapped];
}

function alteredInclusions(p: Inclusion): Inclusion[] {
  const indexes = [p.index - 1, p.index + 1, p.index ^ 2].filter((index) => index !== p.index);
  const hashes = [EMPTY_ROOT, Buffer.from("wrong"), Buffer.alloc(0), Buffer.alloc(32, 1)];
  return [
    ...indexes.map((index) => ({ ...p, index })),
    ...[p.size * 2 + 1, 0, p.index, Number.NaN, -1, p.size + 0.5].map((size) => ({ ...p, size })),
    ...hashes.flatMap((hash) => [
      { ...p, leafHash: hash },
      { ...p, root: hash },
    ]),
    ...alteredPaths(p.path, [p.root, p.leafHash]).map((path) => ({ ...p, path })),
  ];
}

function alteredConsistencies(p: Consistency): Consistency[] {
  const hashes = [Buffer.from("wrong"), Buffer.alloc(0), Buffer.alloc(32, 1)];
  return [
    ...[p.from - 1, p.from + 1, p.to + 1, Number.NaN, p.from + 0.5].map((from) => ({ ...p, from })),
    ...[p.to * 2, p.from - 1, 0].filter((to) => to !== p.to).map((to) => ({ ...p, to })),
    ...hashes.flatMap((hash) => [
      { ...p, fromRoot: hash },
      { ...p, toRoot: hash },
    ]),
    { ...p, fromRoot: p.toRoot, toRoot: p.fromRoot },
    { ...p, path: [] },
    ...alteredPaths(p.path, [p.fromRoot, p.toRoot]).map((path) => ({ ...p, path })),
  ];
}

describe("the reference tree of Certificate Transparency", () => {
  it("has the published roots", async () => {
    for (const [size, root] of ROOTS.entries()) expect(await rootAt(size, read)).toEqual(root);
  });

  it.each(INCLUSION_PROOFS)("has the published path of leaf $index of $size", async ({ index, size, path }) => {
    expect(await inclusionProof(index, size, read)).toEqual(path);
    const proof = { index, size, path, leafHash: leafOf(index), root: rootOf(size) };
    expect(verifyInclusion(proof)).toBe(true);
    expect(alteredInclusions(proof).filter(verifyInclusion)).toEqual([]);
  });

  it.each(CONSISTENCY_PROOFS)("has the published proof from $from to $to", async ({ from, to, path }) => {
    expect(await consistencyProof(from, to, read)).toEqual(path);
    expect(verifyConsistency({ from, to, path, fromRoot: rootOf(from), toRoot: rootOf(to) })).toBe(true);
  });

  it.each(CONSISTENCY_PROOFS.filter(({ path }) => path.length > 0))(
    "has no other proof from $from to $to",
    ({ from, to, path }) => {
      const proof = { from, to, path, fromRoot: rootOf(from), toRoot: rootOf(to) };
      expect(alteredConsistencies(proof).filter(verifyConsistency)).toEqual([]);
    },
  );
});

describe("verifying consistency", () => {
  const p = { fromRoot: rootOf(1), toRoot: rootOf(2), path: [] };

  it("takes a tree as consistent with itself and with nothing", () => {
    expect(verifyConsistency({ ...p, from: 0, to: 0, fromRoot: EMPTY_ROOT, toRoot: EMPTY_ROOT })).toBe(true);
    expect(verifyConsistency({ ...p, from: 0, to: 2, fromRoot: EMPTY_ROOT })).toBe(true);
    expect(verifyConsistency({ ...p, from: 2, to: 2, fromRoot: rootOf(2) })).toBe(true);
  });

  it.each([
    ["two roots of one size", { ...p, from: 2, to: 2 }],
    ["a root of nothing that isn't it", { ...p, from: 0, to: 2 }],
    ["a way back", { ...p, from: 2, to: 1 }],
    ["no path", { ...p, from: 1, to: 2 }],
    ["a path where none is needed", { ...p, from: 2, to: 2, fromRoot: rootOf(2), path: [rootOf(2)] }],
    ["a path from nothing", { ...p, from: 0, to: 2, fromRoot: EMPTY_ROOT, path: [rootOf(2)] }],
  ])("refuses %s", (_, proof) => {
    expect(verifyConsistency(proof)).toBe(false);
  });
});

describe("of trees of any size", { timeout: 60_000 }, () => {
  const leaves = numberedLeaves(700);
  const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 700 }));
  const place = size.chain((size) =>
    fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }),
  );
  const change = { byte: fc.nat(31), bit: fc.nat(7) };

  it("no altered inclusion proof verifies", () => {
    fc.assert(
      fc.property(place, fc.record(change), ({ index, size }, { byte, bit }) => {
        const tree = leaves.slice(0, size);
        const leafHash = leaves[index] as Buffer;
        const proof = { index, size, leafHash, path: pathOf(index, tree), root: treeHash(tree) };
        expect(verifyInclusion(proof)).toBe(true);
        const altered = [
          ...alteredInclusions(proof),
          ...alteredPaths(proof.path, [], byte, bit).map((path) => ({ ...proof, path })),
          { ...proof, root: flipped(proof.root, byte, bit) },
          { ...proof, leafHash: flipped(leafHash, byte, bit) },
        ];
        expect(altered.filter(verifyInclusion)).toEqual([]);
      }),
    );
  });

  it("no altered consistency proof verifies", () => {
    fc.assert(
      fc.property(place, fc.record(change), ({ index, size }, { byte, bit }) => {
        fc.pre(index > 0);
        const tree = leaves.slice(0, size);
        const earlier = treeHash(leaves.slice(0, index));
        const proof = { from: index, to: size, fromRoot: earlier, toRoot: treeHash(tree), path: proofOf(index, tree) };
        expect(verifyConsistency(proof)).toBe(true);
        const altered = [
          ...alteredConsistencies(proof),
          ...alteredPaths(proof.path, [], byte, bit).map((path) => ({ ...proof, path })),
          { ...proof, fromRoot: flipped(earlier, byte, bit) },
          { ...proof, toRoot: flipped(proof.toRoot, byte, bit) },
        ];
        expect(altered.filter(verifyConsistency)).toEqual([]);
      }),
    );
  });
});
