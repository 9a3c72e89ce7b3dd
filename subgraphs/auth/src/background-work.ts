import { repeatUntilStopped, type Logger } from "@supergraph/service";
import type { AuthParts } from "./auth-parts.js";

const PRUNE_EVERY_MS = 10 * 60_000;
const ROTATE_EVERY_MS = 1_000;
const MAILS_EVERY_MS = 1_000;
const PRUNE_MAILS_EVERY_MS = 60_000;
const FINISH_EVERY_MS = 1_000;

/** What auth does without being asked. Every replica does it. */
export class BackgroundWork {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor(
    private readonly parts: AuthParts,
    private readonly log: Logger,
  ) {}

  /** Aborted once the work is to end. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  start(): void {
    const { counts, guard, openid, rotation, pruning, mail, intents } = this.parts;
    this.#repeat(() => counts.prune(), PRUNE_EVERY_MS);
    this.#repeat(() => guard.prune(), PRUNE_EVERY_MS);
    if (openid) this.#repeat(() => openid.prune(), PRUNE_EVERY_MS);
    this.#repeat(() => pruning.prune(), PRUNE_EVERY_MS);
    this.#repeat(() => rotation.advance(), ROTATE_EVERY_MS);
    mail.worker.start();
    this.#repeat(() => mail.worker.drain(), MAILS_EVERY_MS);
    this.#repeat(() => mail.worker.prune(), PRUNE_MAILS_EVERY_MS);
    this.#repeat(() => intents.finishAbandoned(), FINISH_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.parts.mail.worker.stop();
    await Promise.all(this.#running);
  }

  #repeat(work: () => Promise<void>, everyMs: number): void {
    this.#running.push(repeatUntilStopped(work, everyMs, this.signal, this.log));
  }
}
