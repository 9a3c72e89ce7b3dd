import { rangeHashes, RangeRoot, type ReadHashes } from "@supergraph/audit-proof";
import { TreeEdge } from "../tree/tree-edge.js";
import type { Tile, TreeHead } from "../tree/tree.repository.js";
import type { Problems } from "./problems.js";
import { nameOf, type RootsAhead, type SignedRoot } from "./signed-roots.js";

export interface TreeStore {
  read: ReadHashes;
  tile: (level: number, index: number) => Promise<Tile | undefined>;
}

/** Recomputes the tree over the leaves that are handed in, and compares what the store and the checkpoints say of it. */
export class TreeCheck {
  /** Until where the leaves are what was signed, by each copy of the checkpoints. */
  readonly #provenTo: Record<SignedRoot["copy"], number>;
  #isBroken = false;
  #disagreeing = 0;
  #wantedRoot: Buffer | undefined;

  private constructor(
    private readonly edge: TreeEdge,
    private readonly store: TreeStore,
    private readonly ahead: RootsAhead,
    private readonly problems: Problems,
    private readonly wanted: number,
  ) {
    this.#provenTo = { store: edge.size, witness: edge.size, memory: edge.size };
  }

  /** Begins left of the leaf `from`, at a tile. @param wanted of which size the root is to be remembered */
  static async at(
    from: number,
    parts: { store: TreeStore; ahead: RootsAhead; problems: Problems; wanted: number },
  ): Promise<TreeCheck> {
    const { store, ahead, problems, wanted } = parts;
    const edge = await TreeEdge.at(from, store.read);
    const check = new TreeCheck(edge, store, ahead, problems, wanted);
    await check.#compareRoots();
    return check;
  }

  /** Undefined: nothing tells the leaf's hash, and from there on nothing can be recomputed. */
  async append(leafHash: Buffer | undefined): Promise<void> {
    if (leafHash === undefined) this.#isBroken = true;
    if (leafHash === undefined || this.#isBroken) return;
    const completed = this.edge.append(leafHash);
    for (const tile of completed) await this.#compareTile(tile);
    if (this.edge.size >= this.ahead.nextSize || this.edge.size === this.wanted) await this.#compareRoots();
  }

  /** The root that the tree would have with these leaves more; undefined when it could not be recomputed so far. */
  rootWith(leaves: readonly Buffer[]): Buffer | undefined {
    if (this.#isBroken) return undefined;
    const edge = this.edge.copy();
    for (const hash of leaves) edge.append(hash);
    return edge.root();
  }

  /** The root of the tree of the wanted size, as far as it could be recomputed. */
  async finish(head: TreeHead): Promise<Buffer> {
    if (!this.#isBroken) {
      const root = await this.#rootAt(head.size);
      if (root && !root.equals(head.root)) {
        const from = this.#provenTo.store;
        const what = `The head of the tree of ${head.size} leaves has another root than its leaves: one of those from ${from} on was changed, or the head was.`;
        this.problems.add("MODIFIED", from < head.size ? from : undefined, what);
      }
    }
    if (this.#disagreeing > 1) {
      const what = `${this.#disagreeing - 1} later checkpoints of the log itself have other roots as well.`;
      this.problems.add("FORKED", undefined, what);
    }
    return this.#wantedRoot ?? head.root;
  }

  /** The root at a size right of what was handed in, by the tiles that are stored. */
  async #rootAt(size: number): Promise<Buffer | undefined> {
    if (size === this.edge.size) return this.edge.root();
    try {
      const whole = new RangeRoot({ from: this.edge.size, before: this.edge.subtrees });
      return whole.finish({ size, after: await rangeHashes(this.edge.size, size, this.store.read) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.problems.add("MISSING", undefined, `The tree of ${size} leaves can't be computed: ${why}`);
      return undefined;
    }
  }

  async #compareRoots(): Promise<void> {
    const { size } = this.edge;
    const root = this.edge.root();
    if (size === this.wanted) this.#wantedRoot = root;
    for (const signed of await this.ahead.take(size)) {
      if (root.equals(signed.root)) this.#provenTo[signed.copy] = size;
      else if (signed.copy !== "store" || this.#disagreeing++ === 0) this.#forked(signed);
    }
  }

  #forked(signed: SignedRoot): void {
    const from = this.#provenTo[signed.copy];
    const since = from < signed.size ? `: leaves from ${from} to ${signed.size - 1} are not what they were` : "";
    const what = `The log's tree of ${signed.size} leaves has another root than ${nameOf(signed)}${since}.`;
    this.problems.add("FORKED", from < signed.size ? from : undefined, what);
  }

  async #compareTile({ level, index, hashes, root }: Tile): Promise<void> {
    // Those of level 0 are compared with their events.
    if (level === 0) return;
    const stored = await this.store.tile(level, index);
    const place = `The tile ${index} of level ${level}`;
    const first = index * 256 ** (level + 1);
    if (!stored) this.problems.add("MISSING", first, `${place}, from leaf ${first} on, is gone.`);
    else if (!stored.hashes.equals(hashes) || !stored.root.equals(root))
      this.problems.add(
        "MODIFIED",
        first,
        `${place}, from leaf ${first} on, doesn't hold the roots of the tiles below.`,
      );
  }
}
