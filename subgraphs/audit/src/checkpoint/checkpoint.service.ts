import { connectionOf, type Connection, type PageArguments } from "@supergraph/persistence";
import type { CheckpointRepository, CheckpointRow } from "./checkpoint.repository.js";
import type { Checkpoint } from "./checkpoint.type.js";

/** Reads the signed checkpoints, for one request: the latest is the same in all of it. */
export class CheckpointService {
  #latest: Promise<Checkpoint> | undefined;

  constructor(private readonly checkpoints: CheckpointRepository) {}

  latest(): Promise<Checkpoint> {
    this.#latest ??= this.#readLatest();
    return this.#latest;
  }

  /** Newest first. @throws SystemError INVALID_PAGE, INVALID_CURSOR */
  async list(page: Pick<PageArguments, "first" | "after">): Promise<Connection<Checkpoint>> {
    return connectionOf(await this.checkpoints.page(page), toCheckpoint);
  }

  async #readLatest(): Promise<Checkpoint> {
    const row = await this.checkpoints.last();
    // The first start signs one of no leaves.
    if (!row) throw new Error("The audit log has lost its checkpoints");
    return toCheckpoint(row);
  }
}

function toCheckpoint({ tree_size, root_hash, signed_at, note }: CheckpointRow): Checkpoint {
  return { treeSize: tree_size, rootHash: root_hash.toString("hex"), signedAt: signed_at, note };
}
