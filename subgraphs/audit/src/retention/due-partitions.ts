import { TILE_WIDTH } from "@supergraph/audit-proof";
import type { CheckpointRepository, CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { LogPartition, PartitionFacts, RetentionRepository } from "./retention.repository.js";

/** So long after its last event was sealed a partition may go: whoever sealed it has forgotten its texts by then. */
const QUIET_SECONDS = 3_600;

/** What a partition that may go holds, and the checkpoint that proves it. */
export interface Ready {
  facts: PartitionFacts;
  checkpoint: CheckpointRow;
}

export type Obstacle = "on hold" | "waiting";

/** Says of months whose time is over whether they may go. */
export class DuePartitions {
  constructor(
    private readonly partitions: RetentionRepository,
    private readonly checkpoints: Pick<CheckpointRepository, "last">,
    /** Without, none may go. */
    private readonly hasArchive: boolean,
    private readonly quietSeconds = QUIET_SECONDS,
  ) {}

  /**
   * A partition may go once nobody in it is held, all of it stands in complete tiles of a signed tree, from which what
   * remains is proven, and no late event has come to it for an hour.
   */
  async readinessOf(partition: LogPartition): Promise<Ready | Obstacle> {
    if (await this.partitions.isOnHold(partition)) return "on hold";
    const checkpoint = await this.checkpoints.last();
    if (!this.hasArchive || !checkpoint) return "waiting";
    const facts = await this.partitions.factsOf(partition);
    const size = Number(checkpoint.tree_size);
    const isInTiles = facts.lastLeaf < size - (size % TILE_WIDTH);
    const isQuiet = facts.quietSeconds === null || facts.quietSeconds >= this.quietSeconds;
    return isInTiles && isQuiet ? { facts, checkpoint } : "waiting";
  }
}
