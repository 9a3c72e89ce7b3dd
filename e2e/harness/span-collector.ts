import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  kind: number;
  scope: string;
  service: string;
  attributes: Record<string, unknown>;
}

interface OtlpAttribute {
  key: string;
  value: Record<string, unknown>;
}

interface OtlpTraces {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: {
      scope: { name: string };
      spans: (Omit<CollectedSpan, "attributes"> & { attributes: OtlpAttribute[] })[];
    }[];
  }[];
}

/** Receives OTLP over HTTP in JSON, and hands what it received to tests: `GET /spans/<trace id>`. */
export async function startSpanCollector(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const byTrace = new Map<string, CollectedSpan[]>();
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      const traceId = request.url?.split("/").at(-1) ?? "";
      response.setHeader("content-type", "application/json").end(JSON.stringify(byTrace.get(traceId) ?? []));
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      for (const span of spansOf(JSON.parse(Buffer.concat(chunks).toString()) as OtlpTraces)) {
        byTrace.set(span.traceId, [...(byTrace.get(span.traceId) ?? []), span]);
      }
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => closed(server) };
}

function spansOf({ resourceSpans }: OtlpTraces): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        ...span,
        parentSpanId: span.parentSpanId || undefined,
        scope: scope.name,
        service: String(valuesOf(resource.attributes)["service.name"]),
        attributes: valuesOf(span.attributes),
      })),
    ),
  );
}

function valuesOf(attributes: OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
