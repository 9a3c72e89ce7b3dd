import { randomUUID } from "node:crypto";
import { expect, inject, vi } from "vitest";
import type { Answer as Response, Client, Variables } from "../harness/client.js";
import type { CollectedSpan } from "../harness/span-collector.js";

/** An event as an auditor reads it. */
export interface Recorded {
  action: string;
  service: string;
  outcome: string;
  reason: string | null;
  actor: { type: string; id: string | null };
  target: { type: string; id: string; label: string | null; version: number | null } | null;
  changes: { field: string; before: unknown; after: unknown; redacted: boolean }[];
  path: string;
  traceId: string;
  spanId: string;
  requestId: string;
  leafIndex: number | null;
}

const EVENTS = `query ($requestId: String!) { auditEvents(filter: { requestId: $requestId }) { nodes {
  action service outcome reason actor { type id } target { type id label version }
  changes { field before after redacted } path traceId spanId requestId leafIndex } } }`;

/** Sends an operation, and finds all that it left in the log. */
export async function recorded(
  by: Client,
  auditor: Client,
  query: string,
  variables: Variables = {},
): Promise<{ requestId: string; answer: Response<Record<string, unknown>>; events: Recorded[] }> {
  const requestId = randomUUID();
  const answer = await by.send(query, variables, { "x-request-id": requestId });
  return { requestId, answer, events: await eventsOf(requestId, auditor) };
}

export async function eventsOf(requestId: string, auditor: Client): Promise<Recorded[]> {
  const { auditEvents } = await auditor.data<{ auditEvents: { nodes: Recorded[] } }>(EVENTS, { requestId });
  return auditEvents.nodes;
}

/** The span of the event is in its trace, and is the service's that recorded it. */
export async function expectTrace({ action, service, traceId, spanId }: Recorded): Promise<void> {
  const parts = async () => {
    const response = await fetch(`${inject("spanCollector")}/spans/${traceId}`);
    const spans = (await response.json()) as CollectedSpan[];
    return spans.filter((span) => span.spanId === spanId).map(({ attributes }) => attributes["service.part"]);
  };
  await expect.poll(parts, { timeout: 10_000, interval: 100, message: action }).toEqual([service]);
}

/** The event once it is sealed: by then it has lost what an erasure takes. */
export async function sealed({ requestId }: Recorded, auditor: Client): Promise<Recorded> {
  return vi.waitFor(
    async () => {
      const [event] = await eventsOf(requestId, auditor);
      if (event?.leafIndex == null) throw new Error("It is not sealed yet");
      return event;
    },
    { timeout: 10_000, interval: 100 },
  );
}
