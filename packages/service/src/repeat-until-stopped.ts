import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "./log.js";

/** Runs `work` now and then every `everyMs`, until stopped; a failure is logged, and the next turn tries again. */
export async function repeatUntilStopped(
  work: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  while (!signal.aborted) {
    await work().catch((error: unknown) => log.warn({ err: error }, "will be tried again"));
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
