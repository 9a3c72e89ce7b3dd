import { randomBytes } from "node:crypto";
import { expect, inject, it } from "vitest";
import { administrator, Client, endpoint, personWithRole, register } from "../harness/client.js";
import type { CollectedSpan } from "../harness/span-collector.js";

const SERVER = 2;
const PAGE = `query ($since: DateTime!) { auditEvents(filter: { since: $since }, first: 100) { nodes {
  actor { id user { id displayName } impersonator { id displayName } } } } }`;

interface Page {
  auditEvents: {
    nodes: { actor: { id: string | null; user: Named | null; impersonator: Named | null } }[];
  };
}
interface Named {
  id: string;
  displayName: string;
}

async function requestsOfUsers(traceId: string): Promise<number> {
  const spans = (await (await fetch(`${inject("spanCollector")}/spans/${traceId}`)).json()) as CollectedSpan[];
  return spans.filter(({ kind, attributes }) => kind === SERVER && attributes["service.part"] === "users").length;
}

it("whoever acted in a page of events is asked of users at once, and whoever stood in for them at once", async () => {
  const since = new Date().toISOString();
  const admin = await administrator();
  const auditor = await personWithRole("auditor", admin);
  for (const name of ["Ida", "Jon", "Kai"]) {
    const { id } = await register(name);
    const { impersonate } = await admin.data<{ impersonate: { tokens: { accessToken: string } } }>(
      'mutation ($id: ID!) { impersonate(userId: $id, reason: "ticket 12", minutes: 5) { tokens { accessToken } } }',
      { id },
    );
    const update =
      "mutation ($id: ID!, $bio: String) { updateUser(id: $id, input: { profile: { bio: $bio } }) { id } }";
    await new Client(endpoint(), impersonate.tokens.accessToken).data(update, { id, bio: name });
  }

  const traceId = randomBytes(16).toString("hex");
  const { data } = await auditor.send<Page>(PAGE, { since }, { traceparent: `00-${traceId}-${"1".repeat(16)}-01` });
  const nodes = data?.auditEvents.nodes ?? [];
  expect(new Set(nodes.map(({ actor }) => actor.user?.displayName)).size).toBeGreaterThan(4);
  expect(nodes.filter(({ actor }) => actor.impersonator).map(({ actor }) => actor.impersonator?.id)).toHaveLength(3);
  expect(nodes.every(({ actor }) => (actor.user?.id ?? null) === actor.id)).toBe(true);
  await expect.poll(() => requestsOfUsers(traceId), { timeout: 10_000 }).toBeGreaterThan(0);
  expect(await requestsOfUsers(traceId)).toBe(2);
});
