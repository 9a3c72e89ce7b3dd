import { inclusionProof } from "@supergraph/audit-proof";
import { expect, it } from "vitest";
import type { TilePlace } from "./tree.repository.js";
import { tileReader } from "./tile-reader.js";

/** A store of hashes that are all alike, each level as long as told; notes what is read together. */
function storeOf(...lengths: number[]) {
  const reads: TilePlace[][] = [];
  const readTiles = (places: readonly TilePlace[]) => {
    reads.push([...places]);
    return Promise.resolve(
      places.map(({ level, index }) => {
        const length = Math.min(Math.max((lengths[level] ?? 0) - index * 256, 0), 256);
        return Array.from({ length }, () => Buffer.alloc(32));
      }),
    );
  };
  return { readTiles, reads, lengths };
}

it("the proofs of 100 leaves, each in a tile of its own, read all tiles at once and each once", async () => {
  const size = 100 * 256 + 7;
  const store = storeOf(size, 100);
  const read = tileReader(store);
  await Promise.all(Array.from({ length: 100 }, (_, tile) => inclusionProof(tile * 256 + tile, size, read)));
  expect(store.reads).toHaveLength(1);
  const places = store.reads.flat().map(({ level, index }) => `${level}/${index}`);
  expect(new Set(places).size).toBe(places.length);
  expect(places).toHaveLength(102);
});

it("a tile that has grown since it was read is read again", async () => {
  const store = storeOf(10);
  const read = tileReader(store);
  expect(await read(0, 0, 10)).toHaveLength(10);
  store.lengths[0] = 12;
  expect(await read(0, 2, 12)).toHaveLength(10);
  expect(await read(0, 0, 11)).toHaveLength(11);
  expect(store.reads).toHaveLength(2);
});
