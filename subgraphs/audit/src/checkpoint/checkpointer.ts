import { formatCheckpoint, type NoteSigner } from "@supergraph/audit-proof";
import type { TreeHead } from "../tree/tree.repository.js";
import type { CheckpointRepository } from "./checkpoint.repository.js";

const LEAST_PAUSE_MS = 1_000;

/** Signs the tree's head, once a second at most. */
export class Checkpointer {
  #lastSize = -1;

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly signer: NoteSigner,
    private readonly origin: string,
  ) {}

  /** Signs `head` unless it was signed, or another was less than a second ago. For who has the sequencer's lead. */
  async signWhenDue(head: TreeHead, now = new Date()): Promise<void> {
    if (head.size === 0 || head.size === this.#lastSize) return;
    const last = await this.checkpoints.last();
    this.#lastSize = Number(last?.tree_size ?? 0);
    if (last && (head.size <= this.#lastSize || now.getTime() - last.signed_at.getTime() < LEAST_PAUSE_MS)) return;
    const note = this.signer.sign(formatCheckpoint({ origin: this.origin, ...head, signedAt: now }));
    await this.checkpoints.add({ tree_size: head.size, root_hash: head.root, signed_at: now, note });
  }
}
