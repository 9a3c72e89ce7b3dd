import { AuditPartitionState, type AuditPartition } from "./audit-partition.type.js";
import type { DuePartitions } from "./due-partitions.js";
import type { LogPartition, RetentionRepository } from "./retention.repository.js";

const OBSTACLES = { "on hold": AuditPartitionState.ON_HOLD, waiting: AuditPartitionState.WAITING };

/** What the log keeps, and for how long. */
export class RetentionService {
  constructor(
    private readonly repository: RetentionRepository,
    private readonly due: DuePartitions,
  ) {}

  /** The log's months, oldest first. */
  async partitions(): Promise<AuditPartition[]> {
    const partitions: AuditPartition[] = [];
    for (const partition of await this.repository.partitions()) {
      const { name, month, retentionDays, estimatedEvents, dueAt } = partition;
      partitions.push({
        name,
        month: month.toISOString().slice(0, 7),
        retentionDays,
        events: estimatedEvents === null ? null : String(estimatedEvents),
        dueAt,
        state: await this.#stateOf(partition),
      });
    }
    return partitions;
  }

  async #stateOf(partition: LogPartition): Promise<AuditPartitionState> {
    if (!partition.isDue) return AuditPartitionState.KEPT;
    const readiness = await this.due.readinessOf(partition);
    return typeof readiness === "string" ? OBSTACLES[readiness] : AuditPartitionState.DUE;
  }
}
