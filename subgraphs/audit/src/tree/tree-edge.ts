import { CompactRange, compactRangeAt, TILE_WIDTH, type ReadHashes } from "@supergraph/audit-proof";
import type { Tile } from "./tree.repository.js";

/** The tree's right edge, which is all that it takes to grow it: hashes of tiles that aren't complete yet, by level. */
export class TreeEdge {
  private constructor(
    private readonly range: CompactRange,
    private readonly pending: Buffer[][],
  ) {}

  /** Reads the edge of a tree of that size. @throws Error when hashes are missing */
  static async at(size: number, read: ReadHashes): Promise<TreeEdge> {
    const pending: Buffer[][] = [];
    for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
      const from = count - (count % TILE_WIDTH);
      const hashes = await read(level, from, count);
      if (hashes.length !== count - from)
        throw new Error(`The audit log lacks hashes of level ${level} from ${from} to ${count}`);
      pending.push([...hashes]);
    }
    return new TreeEdge(await compactRangeAt(size, read), pending);
  }

  get size(): number {
    return this.range.size;
  }

  /** The roots of the complete subtrees that the tree is made of, left to right. */
  get subtrees(): readonly Buffer[] {
    return this.range.hashes;
  }

  /** The hashes of the leaves right of the last complete tile. */
  get lastLeaves(): readonly Buffer[] {
    return this.pending[0] ?? [];
  }

  root(): Buffer {
    return this.range.root();
  }

  copy(): TreeEdge {
    return new TreeEdge(
      new CompactRange(this.range.size, this.range.hashes),
      this.pending.map((hashes) => [...hashes]),
    );
  }

  /** Adds a leaf, and gives the tiles that it completes. */
  append(leafHash: Buffer): Tile[] {
    this.range.append(leafHash);
    const tiles: Tile[] = [];
    let hash = leafHash;
    for (let level = 0, count = this.range.size; ; level++, count = count / TILE_WIDTH) {
      const hashes = (this.pending[level] ??= []);
      hashes.push(hash);
      if (hashes.length < TILE_WIDTH) return tiles;
      const root = rootOf(hashes);
      tiles.push({ level, index: count / TILE_WIDTH - 1, hashes: Buffer.concat(hashes), root });
      this.pending[level] = [];
      hash = root;
    }
  }
}

function rootOf(hashes: readonly Buffer[]): Buffer {
  const range = new CompactRange();
  for (const hash of hashes) range.append(hash);
  return range.root();
}
