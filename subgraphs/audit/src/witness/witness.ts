import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";

/** Keeps checkpoints where who forges the log can't reach them. */
export interface Witness {
  readonly name: string;
  /** Takes a checkpoint, or a newer one that the log has by now. @throws Error when it could not: it is offered again */
  take(checkpoint: CheckpointRow, signal: AbortSignal): Promise<void>;
}
