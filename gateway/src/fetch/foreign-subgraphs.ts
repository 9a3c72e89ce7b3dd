import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { currentRequest, httpTransport, type Transport } from "@supergraph/service";
import type { SendFetch } from "./subgraph-data-source.js";

const tracer = trace.getTracer("@supergraph/gateway");

/** Where foreign subgraphs are is what a supergraph says: each URL is a name of its own. */
export class ForeignSubgraphs {
  readonly #urls: Record<string, string> = {};
  readonly #transport: Transport<string> = httpTransport(this.#urls);

  /** Sends fetches to a subgraph that is not ours: it gets the trace and the request's id, not a word on the caller. */
  at(url: string): SendFetch {
    const { pathname, search, host } = new URL(url);
    this.#urls[url] = url;
    return (body) =>
      tracer.startActiveSpan(`POST ${host}${pathname}`, { kind: SpanKind.CLIENT }, async (span) => {
        try {
          const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json" };
          propagation.inject(context.active(), headers);
          const requestId = currentRequest()?.requestId;
          if (requestId !== undefined) headers["x-request-id"] = requestId;
          return await this.#transport(url, { method: "POST", path: pathname + search, headers, body });
        } finally {
          span.end();
        }
      });
  }
}
