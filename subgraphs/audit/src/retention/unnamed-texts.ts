import type { Database } from "@supergraph/persistence";
import type { SequencerRepository } from "../sequencer/sequencer.repository.js";
import type { TreeRepository } from "../tree/tree.repository.js";
import type { UnnamedTextRepository } from "./unnamed-text.repository.js";

/** The sequencer stands still for one batch. */
const BATCH = 1_000;

/**
 * Removes texts of people that no event names any more. Whoever seals remembers for five minutes which texts are there,
 * and doesn't write those again: so a text is only removed when no event of the last hour named it, which is why
 * partitions rest for an hour before they go.
 */
export class UnnamedTexts {
  constructor(
    private readonly database: Database,
    private readonly texts: UnnamedTextRepository,
    private readonly sequencer: SequencerRepository,
    private readonly tree: TreeRepository,
  ) {}

  /** Reads the log once, beside who seals; the removal of each batch waits for the sequencer's lead. Says how many. */
  async removeUnnamed(signal?: AbortSignal): Promise<number> {
    const { size } = await this.tree.head();
    const unnamed = await this.texts.findUnnamed();
    let removed = 0;
    for (let at = 0; at < unnamed.length && !signal?.aborted; at += BATCH) {
      removed += await this.database.independently(async () => {
        await this.sequencer.waitForLead();
        return this.texts.remove(unnamed.slice(at, at + BATCH), size);
      });
    }
    return removed;
  }
}
