import { context, trace, TraceFlags } from "@opentelemetry/api";
import { newId } from "@supergraph/persistence";
import { currentRequest, runInRequest } from "@supergraph/service";
import type { IntentRow } from "./intent.repository.js";

/** The request and the trace that the running code is part of, as an intent keeps them. */
export function whereAsked(): Pick<IntentRow, "request_id" | "trace_id" | "span_id"> {
  const span = trace.getActiveSpan()?.spanContext();
  return {
    request_id: currentRequest()?.requestId ?? null,
    trace_id: span?.traceId ?? null,
    span_id: span?.spanId ?? null,
  };
}

/** Runs `work` under the request id and in the trace of who asked: events and calls name them. */
export function asAsked<T>({ request_id, trace_id, span_id }: IntentRow, work: () => Promise<T>): Promise<T> {
  const inRequest = () => runInRequest({ requestId: request_id ?? newId(), responseHeaders: {} }, work);
  if (trace_id === null || span_id === null) return inRequest();
  const span = { traceId: trace_id, spanId: span_id, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return context.with(trace.setSpanContext(context.active(), span), inRequest);
}
