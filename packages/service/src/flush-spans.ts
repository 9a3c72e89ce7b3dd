import { setTimeout as sleep } from "node:timers/promises";
import { ProxyTracerProvider, trace } from "@opentelemetry/api";

const LONGEST_FLUSH_MS = 2_000;

interface Flushable {
  forceFlush?(): Promise<void>;
}

/** Sends the spans of the last requests, which wait for their batch; 2 s at most, and never a failure. */
export async function flushSpans(): Promise<void> {
  const registered = trace.getTracerProvider();
  const provider = (registered instanceof ProxyTracerProvider ? registered.getDelegate() : registered) as Flushable;
  const flushed = provider.forceFlush?.().catch(() => undefined);
  if (flushed) await Promise.race([flushed, sleep(LONGEST_FLUSH_MS)]);
}
