import { TILE_WIDTH, type ReadHashes } from "@supergraph/audit-proof";
import DataLoader from "dataloader";
import type { TilePlace, TreeRepository } from "./tree.repository.js";

/** For one request: each tile that its proofs need is read once, and those asked for in one turn are read together. */
export function tileReader(tree: Pick<TreeRepository, "readTiles">): ReadHashes {
  const tiles = new DataLoader((places: readonly TilePlace[]) => tree.readTiles(places), {
    cacheKeyFn: ({ level, index }) => `${level}/${index}`,
  });
  return async (level, from, to) => {
    const place = { level, index: Math.floor(from / TILE_WIDTH) };
    const [first, end] = [from - place.index * TILE_WIDTH, to - place.index * TILE_WIDTH];
    const known = await tiles.load(place);
    // The last tile of a level may have grown since.
    const hashes = known.length < end ? await tiles.clear(place).load(place) : known;
    return hashes.slice(first, end);
  };
}
