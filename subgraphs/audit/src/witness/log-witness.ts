import type { Logger } from "@supergraph/service";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { Witness } from "./witness.js";

/** The log stream, as far as it leaves the machine. */
export class LogWitness implements Witness {
  readonly name = "log";

  constructor(private readonly log: Logger) {}

  take({ tree_size, root_hash, note }: CheckpointRow): Promise<void> {
    const checkpoint = { tree_size: Number(tree_size), root_hash: root_hash.toString("hex"), note };
    this.log.info({ kind: "audit.checkpoint", ...checkpoint }, "the audit log's checkpoint");
    return Promise.resolve();
  }
}
