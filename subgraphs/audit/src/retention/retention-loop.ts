import { repeatUntilStopped, type Logger } from "@supergraph/service";
import type { Retirement } from "./retirement.js";

const MINUTE_MS = 60_000;

/** Retires what is due, at the start and every so many minutes. */
export class RetentionLoop {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly retirement: Pick<Retirement, "run">,
    private readonly everyMinutes: number,
    private readonly log: Logger,
  ) {}

  start(): void {
    const { signal } = this.#stopping;
    const retire = async () => void (await this.retirement.run(signal));
    this.#running ??= repeatUntilStopped(retire, this.everyMinutes * MINUTE_MS, signal, this.log);
  }

  /** Gives up the export that is under way: the next start begins it anew. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}
