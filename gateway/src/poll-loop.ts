import { setTimeout as sleep } from "node:timers/promises";
import { context, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import type { Logger } from "@supergraph/service";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Calls `poll`, which waits at the other end, again and again until stopped. After a failure it pauses: 100 ms, twice
 * that each time up to 2 s, and anything between half and all of it, so that gateways do not come back in step.
 */
export class PollLoop {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly subject: string,
    private readonly log: Logger,
    private readonly poll: (signal: AbortSignal) => Promise<void>,
  ) {}

  start(): void {
    this.#running ??= context.with(untraced(), () => this.#run());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.poll(signal);
        if (failures > 0) this.log.info({ subject: this.subject }, "in reach again");
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (failures === 0) this.log.warn({ err: error, subject: this.subject }, "out of reach; trying again");
        const longest = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures++, 10), LONGEST_PAUSE_MS);
        await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** Work in the background belongs to no request, and a trace of each turn would drown the traces of requests. */
export function untraced() {
  const hex = () => crypto.randomUUID().replaceAll("-", "");
  return trace.setSpanContext(ROOT_CONTEXT, { traceId: hex(), spanId: hex().slice(16), traceFlags: TraceFlags.NONE });
}
