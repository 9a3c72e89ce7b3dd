import { randomBytes } from "node:crypto";
import { describe, expect, inject, it } from "vitest";
import { register } from "../harness/client.js";
import type { CollectedSpan } from "../harness/span-collector.js";

async function spansOf(traceId: string, isComplete: (spans: CollectedSpan[]) => boolean): Promise<CollectedSpan[]> {
  let spans: CollectedSpan[] = [];
  await expect
    .poll(
      async () => {
        spans = (await (await fetch(`${inject("spanCollector")}/spans/${traceId}`)).json()) as CollectedSpan[];
        return isComplete(spans);
      },
      { timeout: 10_000, interval: 200 },
    )
    .toBe(true);
  return spans;
}

describe("an operation over two subgraphs", () => {
  it("is one trace: the client's, the gateway's, each subgraph's and PostgreSQL's spans hang together", async () => {
    const person = await register();
    const traceId = randomBytes(16).toString("hex");
    const clientSpan = randomBytes(8).toString("hex");
    const { errors } = await person.send(
      "query Traced { me { id email roles { name } } }",
      {},
      {
        traceparent: `00-${traceId}-${clientSpan}-01`,
      },
    );
    expect(errors).toBeUndefined();

    const isDatabase = ({ attributes }: CollectedSpan) =>
      (attributes["db.system.name"] ?? attributes["db.system"]) === "postgresql";
    const served = (spans: CollectedSpan[], part: string) =>
      spans.filter(({ kind, attributes }) => kind === 2 && attributes["service.part"] === part);
    const spans = await spansOf(
      traceId,
      (found) =>
        ["gateway", "users", "auth"].every((part) => served(found, part).length > 0) &&
        found.filter(isDatabase).length >= 2,
    );

    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const root = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !byId.has(parentSpanId));
    expect(root.map(({ parentSpanId, attributes }) => [parentSpanId, attributes["service.part"]])).toEqual([
      [clientSpan, "gateway"],
    ]);

    const ancestors = (span: CollectedSpan): CollectedSpan[] => {
      const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
      return parent ? [parent, ...ancestors(parent)] : [];
    };
    for (const part of ["users", "auth"]) {
      const [server] = served(spans, part);
      expect(server && ancestors(server).some(({ attributes }) => attributes["service.part"] === "gateway")).toBe(true);
      const statements = spans.filter(isDatabase).filter((span) => ancestors(span).includes(server as CollectedSpan));
      expect(statements.length, `statements below ${part}`).toBeGreaterThan(0);
    }
    const { topology } = inject("supergraph");
    expect(new Set(spans.map(({ service }) => service)).size).toBe(topology === "distributed" ? 3 : 1);
  });
});
