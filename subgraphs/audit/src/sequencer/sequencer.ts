import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "@supergraph/service";
import type { Sealer } from "./sealer.js";

const BATCH = 1_000;
/** After a batch that emptied the outboxes. */
const PAUSE_MS = 25;
/** After one of few events, or none: it costs hardly less than one of many. */
const LONG_PAUSE_MS = 200;
const FEW = 50;
const STAND_BY_MS = 1_000;
const LONGEST_BACK_OFF_MS = 5_000;

/**
 * Seals the events of the outboxes in the log, as long as it runs. Any number may run side by side: one leads, the
 * others stand by and take over.
 */
export class Sequencer {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #backOffMs = LONG_PAUSE_MS;

  constructor(
    private readonly sealer: Pick<Sealer, "sealOldest">,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves once the batch that is under way has been committed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const milliseconds = await this.#sealOnce();
      await pause(milliseconds, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Seals one batch, and says how long to wait before the next. An event that could not be sealed is in its outbox. */
  async #sealOnce(): Promise<number> {
    try {
      const sealed = await this.sealer.sealOldest(BATCH);
      if (sealed === undefined) return STAND_BY_MS;
      this.#backOffMs = LONG_PAUSE_MS;
      if (sealed === BATCH) return 0;
      return sealed >= FEW ? PAUSE_MS : LONG_PAUSE_MS;
    } catch (error) {
      this.log.error({ err: error, retry_ms: this.#backOffMs }, "events could not be sealed");
      const waited = this.#backOffMs;
      this.#backOffMs = Math.min(waited * 2, LONGEST_BACK_OFF_MS);
      return waited;
    }
  }
}
