import { setTimeout as sleep } from "node:timers/promises";
import { diag } from "@opentelemetry/api";

const LONGEST_FLUSH_MS = 2_000;

/** Sends what is left when the process runs out of work, or is told to stop and has no say of its own in it. */
export function flushAtExit(provider: { forceFlush(): Promise<void> }): void {
  const flush = async (): Promise<void> => {
    const flushed = provider.forceFlush().catch((error: unknown) => diag.warn(`spans were lost: ${String(error)}`));
    await Promise.race([flushed, sleep(LONGEST_FLUSH_MS, undefined, { ref: false })]);
  };

  // An exporter that keeps trying would keep the process.
  process.once("beforeExit", () => void flush().then(() => process.exit()));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const onSignal = () => {
      // A service that drains flushes once it has drained; it alone knows when that is.
      if (process.listenerCount(signal) > 1) return;
      process.off(signal, onSignal);
      // What would have happened had nobody listened.
      void flush().then(() => process.kill(process.pid, signal));
    };
    process.on(signal, onSignal);
  }
}
