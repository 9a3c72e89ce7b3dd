import {
  consistencyProof,
  InclusionProofs,
  TILE_WIDTH,
  verifyInclusion,
  type ReadHashes,
  type SubtreeRoots,
} from "@supergraph/audit-proof";
import { invalidInput, type FieldProblem } from "@supergraph/errors";
import type { CheckpointService } from "../checkpoint/checkpoint.service.js";
import type { TreeRepository } from "../tree/tree.repository.js";
import type { ConsistencyProof, InclusionProof } from "./proof.type.js";
import { tileReader } from "../tree/tile-reader.js";

/** A BigInt argument: a number, or a string where that would lose digits. */
export type Size = number | string;

/** Proves what stands in the log, for one request. */
export class ProofService {
  readonly #read: ReadHashes;
  #latest: InclusionProofs | undefined;

  constructor(
    private readonly tree: TreeRepository,
    private readonly checkpoints: CheckpointService,
    private readonly kept: SubtreeRoots,
  ) {
    this.#read = tileReader(tree);
  }

  /**
   * That the leaf is in the log, by the latest checkpoint; null until one covers it. Should what was kept of earlier
   * proofs not lead to it, the database is another's by now: it is read anew.
   */
  async ofLeaf(leafIndex: string | null): Promise<InclusionProof | null> {
    if (leafIndex === null) return null;
    const { treeSize, rootHash, note } = await this.checkpoints.latest();
    const index = Number(leafIndex);
    if (index >= Number(treeSize)) return null;
    const size = Number(treeSize);
    const [leafHash, found] = await Promise.all([this.#leafHash(index), this.#proofsAt(size).of(index)]);
    const root = Buffer.from(rootHash, "hex");
    const path = verifyInclusion({ index, size, leafHash, path: found, root }) ? found : await this.#anew(index, size);
    return { leafIndex, leafHash: hex(leafHash), treeSize, rootHash, path: path.map(hex), checkpoint: note };
  }

  /** That the log of `toSize` leaves only appended to the one of `fromSize`. @throws SystemError INVALID_INPUT */
  async ofConsistency(fromSize: Size, toSize: Size): Promise<ConsistencyProof> {
    const { size } = await this.tree.head();
    const [first, ...others] = problemsOf(Number(fromSize), Number(toSize), size);
    if (first) throw invalidInput(first, ...others);
    const path = await consistencyProof(Number(fromSize), Number(toSize), this.#read);
    return { fromSize: String(fromSize), toSize: String(toSize), path: path.map(hex) };
  }

  #anew(index: number, size: number): Promise<Buffer[]> {
    this.kept.forget();
    this.#latest = undefined;
    return this.#proofsAt(size).of(index);
  }

  /** What the paths of one tree have in common is computed once. */
  #proofsAt(size: number): InclusionProofs {
    this.#latest ??= new InclusionProofs(size, this.#read, this.kept);
    return this.#latest;
  }

  /** Out of the tile that the path begins in. */
  async #leafHash(index: number): Promise<Buffer> {
    const begin = index - (index % TILE_WIDTH);
    const hashes = await this.#read(0, begin, index + 1);
    const hash = hashes[index - begin];
    if (!hash) throw new Error(`The audit log lacks the hash of leaf ${index}`);
    return hash;
  }
}

function problemsOf(from: number, to: number, size: number): FieldProblem[] {
  const problems = [...problemsOfSize("fromSize", from, size), ...problemsOfSize("toSize", to, size)];
  if (problems.length > 0 || from <= to) return problems;
  return [
    { path: "fromSize", message: "must not be larger than toSize" },
    { path: "toSize", message: "must not be smaller than fromSize" },
  ];
}

function problemsOfSize(path: string, value: number, size: number): FieldProblem[] {
  if (value < 0) return [{ path, message: "must not be negative" }];
  if (value > size) return [{ path, message: `must not be larger than the log, which holds ${size} events` }];
  return [];
}

const hex = (hash: Buffer) => hash.toString("hex");
