import { formatCheckpoint, type NoteSigner } from "@supergraph/audit-proof";
import type { Database } from "@supergraph/persistence";
import type { TreeHead } from "../tree/tree.repository.js";
import type { CheckpointRepository, CheckpointRow, SignedHead } from "./checkpoint.repository.js";

const LEAST_PAUSE_MS = 1_000;

export interface CheckpointerParts {
  database: Database;
  checkpoints: CheckpointRepository;
  signer: NoteSigner;
  origin: string;
}

/** Signs the tree's head, once a second at most. */
export class Checkpointer {
  #lastSize = -1;
  readonly #listeners: ((checkpoint: CheckpointRow) => void)[] = [];

  constructor(private readonly parts: CheckpointerParts) {}

  /** Called with each checkpoint that this process signs, once it is committed. */
  onSigned(listener: (checkpoint: CheckpointRow) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Signs `head` when nothing was signed yet: from the first start on there is a checkpoint.
   * @throws Error when the log was signed under another origin: witnesses would take it for another log
   */
  async begin(head: TreeHead): Promise<void> {
    const { checkpoints, origin } = this.parts;
    const last = await checkpoints.last();
    if (!last) return checkpoints.addFirst(this.#sign(head, new Date()));
    const [known = ""] = last.note.split("\n", 1);
    if (known !== origin) {
      throw new Error(
        `AUDIT_LOG_ORIGIN is ${origin}, but the log's checkpoints are signed as ${known}: ` +
          `witnesses know the log by that name. Set AUDIT_LOG_ORIGIN=${known}`,
      );
    }
  }

  /** Signs `head` unless it was signed, or another was less than a second ago. For who has the sequencer's lead. */
  async signWhenDue(head: TreeHead, now = new Date()): Promise<void> {
    if (head.size === 0 || head.size === this.#lastSize) return;
    const last = await this.parts.checkpoints.last();
    this.#lastSize = Number(last?.tree_size ?? 0);
    if (head.size <= this.#lastSize || (last && isRecent(last, now))) return;
    const signed = this.#sign(head, now);
    await this.parts.checkpoints.add(signed);
    await this.parts.database.afterCommit(() => Promise.resolve(this.#announce(signed)));
  }

  #sign({ size, root }: TreeHead, signedAt: Date): SignedHead {
    const { signer, origin } = this.parts;
    const note = signer.sign(formatCheckpoint({ origin, size, root, signedAt }));
    return { tree_size: size, root_hash: root, signed_at: signedAt, note };
  }

  #announce(signed: SignedHead): void {
    for (const listener of this.#listeners) listener({ ...signed, tree_size: String(signed.tree_size) });
  }
}

/** The one of no leaves is no head that a busy log could wait for. */
function isRecent({ tree_size, signed_at }: CheckpointRow, now: Date): boolean {
  return tree_size !== "0" && now.getTime() - signed_at.getTime() < LEAST_PAUSE_MS;
}
