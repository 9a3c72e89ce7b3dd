import {
  metrics,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  ValueType,
  type Context,
} from "@opentelemetry/api";
import type { FastifyRequest } from "fastify";

export interface RequestObservation {
  /** That of the request's span. */
  readonly context: Context;
  /** Says once how it ended; undefined: the connection broke before the response was whole. */
  end(status: number | undefined): void;
}

const tracer = trace.getTracer("@supergraph/service");
/** Named as OpenTelemetry's semantic conventions for HTTP have it, and with their buckets. */
const durations = metrics.getMeter("@supergraph/service").createHistogram("http.server.request.duration", {
  description: "How long requests took until the response was sent.",
  unit: "s",
  valueType: ValueType.DOUBLE,
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
});

/** Begins a request's span, in its caller's W3C trace, and measures how long it takes. */
export function observeRequest(part: string, request: FastifyRequest): RequestObservation {
  const startedAt = performance.now();
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  const path = request.url.split("?")[0] ?? "/";
  const attributes = { "http.request.method": request.method, "service.part": part };
  const span = tracer.startSpan(
    `${request.method} ${path}`,
    { kind: SpanKind.SERVER, attributes: { ...attributes, "url.path": path, "request.id": request.id } },
    parent,
  );
  let hasEnded = false;
  return {
    context: trace.setSpan(parent, span),
    end: (status) => {
      if (hasEnded) return;
      hasEnded = true;
      if (status !== undefined) span.setAttribute("http.response.status_code", status);
      if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      durations.record((performance.now() - startedAt) / 1_000, {
        ...attributes,
        // A path is whatever somebody asks for; the route is one of ours.
        ...(request.routeOptions.url !== undefined && { "http.route": request.routeOptions.url }),
        ...(status === undefined ? { "error.type": "aborted" } : { "http.response.status_code": status }),
      });
    },
  };
}
