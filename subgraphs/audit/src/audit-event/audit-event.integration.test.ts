import type { AuditEvent } from "@supergraph/audit-trail";
import { newId } from "@supergraph/persistence";
import { subgraphNames } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { ada, anEvent, bob, outboxesOf } from "../fixtures/audit-log.fixture.js";
import type { Sealer } from "../sequencer/sealer.js";

const COUNT = 4_000;
const START = Date.parse("2026-01-01T00:00:00Z");
const session = "01900000-0000-7000-8000-000000005e55";
const actions = ["product.create", "product.update", "auth.login", "auth.register", "authority.revoke", "odd%_\\.x"];
const outcomes = ["success", "success", "failure", "denied"] as const;

/** Several events share each moment, so that the id has to decide; the ids' order is not that of time. */
function historyOf(count: number): AuditEvent[] {
  return Array.from({ length: count }, (_, index) =>
    anEvent({
      id: `${((index * 7_919) % 65_536).toString(16).padStart(8, "0")}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
      occurred_at: new Date(START + Math.floor(index / 7) * 1_000).toISOString(),
      service: subgraphNames[index % 4] ?? "users",
      action: actions[index % actions.length] ?? "",
      outcome: outcomes[index % 5] ?? "success",
      reason: index % 5 === 3 ? "PERMISSION_MISSING" : null,
      user_id: index % 3 === 0 ? ada : index % 3 === 1 ? bob : null,
      actor_label: index % 3 === 0 ? "Ada@Example.com" : "100%_\\",
      entity_id: index % 11 === 0 ? "Product" : `entity-${index % 50}`,
      entity_type: index % 11 === 0 ? "EntityType" : "Product",
      entity_label: index % 13 === 0 ? "Stehlampe ÄÖ" : null,
      request_id: `request-${index % 400}`,
      trace_id: `trace-${index % 300}`,
      session_id: index % 9 === 0 ? session : null,
      ip: index % 2 === 0 ? "192.0.2.1" : "2001:db8::1",
    }),
  );
}

const history = historyOf(COUNT);
const oldestFirst = [...history].sort((a, b) => (a.occurred_at + a.id < b.occurred_at + b.id ? -1 : 1));
const newestFirst = [...oldestFirst].reverse();
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const contains = (value: string | null, text: string) => value?.toLowerCase().includes(text.toLowerCase()) ?? false;
const mentions = (event: AuditEvent, text: string) =>
  [event.action, event.actor_label, event.entity_label, event.reason].some((value) => contains(value, text));

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let as: Awaited<ReturnType<typeof auditApi>>;
let auditor: Ask;
let sealer: Sealer;

beforeAll(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  for (const service of subgraphNames) {
    const own = history.filter((event) => event.service === service);
    for (let from = 0; from < own.length; from += 500) await outboxes.write(service, own.slice(from, from + 500));
  }
  as = await auditApi(outboxes.database("audit"));
  auditor = as(person(newId(), "audit:read"));
  ({ sealer } = await auditPartsOver(outboxes.database("audit")));
  // Half is sealed: pages run over the log and what still waits in the outboxes.
  await sealer.sealOldest(COUNT / 2);
});

afterAll(async () => {
  await outboxes.close();
  await database.drop();
});

const PAGE = `
  query Page($filter: AuditEventFilter, $order: AuditOrder, $first: Int, $after: String, $last: Int, $before: String) {
    auditEvents(filter: $filter, order: $order, first: $first, after: $after, last: $last, before: $before) {
      nodes { id }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totalCount
    }
  }`;

interface EventsPage {
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  totalCount: number;
}

async function pageOf(variables: Record<string, unknown>, ask = auditor): Promise<EventsPage> {
  const { data, reasons } = await ask(PAGE, variables);
  expect(reasons).toEqual([]);
  return data?.auditEvents as unknown as EventsPage;
}

async function walk(variables: Record<string, unknown>, betweenPages = () => Promise.resolve()): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await pageOf({ first: 100, after, ...variables });
    ids.push(...page.nodes.map(({ id }) => id));
    if (!page.pageInfo.hasNextPage) return ids;
    after = page.pageInfo.endCursor;
    await betweenPages();
  }
}

const idsOf = (events: readonly AuditEvent[]) => events.map(({ id }) => id);

describe("the filter of auditEvents", () => {
  it.each<[Record<string, unknown>, (event: AuditEvent) => boolean]>([
    [{ userId: ada }, ({ user_id }) => user_id === ada],
    [{ entityId: "entity-7" }, ({ entity_id }) => entity_id === "entity-7"],
    [{ entityType: "EntityType" }, ({ entity_type }) => entity_type === "EntityType"],
    [{ actions: ["auth.login", "product.create"] }, ({ action }) => ["auth.login", "product.create"].includes(action)],
    [{ actions: [] }, () => false],
    [{ actionPrefix: "auth.*" }, ({ action }) => action.startsWith("auth.")],
    [{ actionPrefix: "auth" }, ({ action }) => action.startsWith("auth")],
    [{ actionPrefix: "odd%_\\" }, ({ action }) => action.startsWith("odd%_\\")],
    [{ actionPrefix: "%" }, () => false],
    [{ outcome: "DENIED" }, ({ outcome }) => outcome === "denied"],
    [{ service: "auth" }, ({ service }) => service === "auth"],
    [{ requestId: "request-42" }, ({ request_id }) => request_id === "request-42"],
    [{ traceId: "trace-42" }, ({ trace_id }) => trace_id === "trace-42"],
    [{ sessionId: session }, ({ session_id }) => session_id === session],
    [{ ip: "2001:db8::1" }, ({ ip }) => ip === "2001:db8::1"],
    [{ since: at(300) }, ({ occurred_at }) => occurred_at >= at(300)],
    [{ until: at(300) }, ({ occurred_at }) => occurred_at < at(300)],
    [{ since: at(280), until: at(300) }, ({ occurred_at }) => occurred_at >= at(280) && occurred_at < at(300)],
    [{ text: "ada@EXAMPLE" }, (event) => mentions(event, "ada@example")],
    [{ text: "lampe äö" }, (event) => mentions(event, "lampe äö")],
    [{ text: "permission_" }, (event) => mentions(event, "permission_")],
    [{ text: "0%_\\" }, (event) => mentions(event, "0%_\\")],
    [
      {
        userId: bob,
        entityType: "Product",
        actionPrefix: "product.*",
        outcome: "SUCCESS",
        ip: "192.0.2.1",
        since: at(50),
      },
      (event) =>
        event.user_id === bob &&
        event.entity_type === "Product" &&
        event.action.startsWith("product.") &&
        event.outcome === "success" &&
        event.ip === "192.0.2.1" &&
        event.occurred_at >= at(50),
    ],
  ])("%j finds what holds it, all of it and nothing else", async (filter, holds) => {
    const expected = newestFirst.filter(holds);
    expect(await walk({ filter })).toEqual(idsOf(expected));
    expect((await pageOf({ filter, first: 1 })).totalCount).toBe(expected.length);
  });

  it.each([
    [{ userId: "ada" }, ["filter.userId"]],
    [{ sessionId: "1" }, ["filter.sessionId"]],
    [{ text: "" }, ["filter.text"]],
    [{ text: "x".repeat(300) }, ["filter.text"]],
    [{ entityId: "\0" }, ["filter.entityId"]],
    [{ since: at(2), until: at(1) }, ["filter.since", "filter.until"]],
  ])("%j is refused, and the fields are named", async (filter, paths) => {
    const { reasons, fields } = await auditor(PAGE, { filter });
    expect(reasons).toEqual(["INVALID_INPUT"]);
    expect(fields).toEqual([paths]);
  });

  it("takes moments at the ends of what can be written", async () => {
    expect(
      (await pageOf({ filter: { since: "0000-01-01T00:00:00Z", until: "9999-12-31T23:59:59Z" }, first: 1 })).nodes,
    ).toHaveLength(1);
  });
});

describe("the pages of auditEvents", () => {
  it("hold every event once, newest first unless told", async () => {
    expect(await walk({})).toEqual(idsOf(newestFirst));
  });

  it("hold every event once, oldest first", async () => {
    expect(await walk({ order: "OLDEST_FIRST", first: 97 })).toEqual(idsOf(oldestFirst));
  });

  it.each([
    ["NEWEST_FIRST", newestFirst],
    ["OLDEST_FIRST", oldestFirst],
  ])("hold every event once when walked backwards, %s", async (order, expected) => {
    const ids: string[] = [];
    for (let before: string | undefined; ;) {
      const page = await pageOf({ order, last: 99, before });
      ids.unshift(...page.nodes.map(({ id }) => id));
      if (!page.pageInfo.hasPreviousPage) break;
      before = page.pageInfo.startCursor;
    }
    expect(ids).toEqual(idsOf(expected));
  });

  it("hold every event once while events are being sealed", async () => {
    const ids = await walk({ order: "OLDEST_FIRST" }, async () => {
      await sealer.sealOldest(30);
    });
    expect(ids).toEqual(idsOf(oldestFirst));
  });

  it.each([{ order: "OLDEST_FIRST" }, { filter: { service: "auth" } }, { filter: { userId: ada } }])(
    "refuse a cursor that was made for another list: %j",
    async (other) => {
      const { pageInfo } = await pageOf({ first: 2 });
      expect((await auditor(PAGE, { ...other, after: pageInfo.endCursor })).reasons).toEqual(["INVALID_CURSOR"]);
    },
  );

  it.each([
    [{ after: "nonsense" }, "INVALID_CURSOR"],
    [{ first: 10_000 }, "INVALID_PAGE"],
    [{ first: 0 }, "INVALID_PAGE"],
    [{ first: 1, last: 1 }, "INVALID_PAGE"],
  ])("refuse %j", async (variables, reason) => {
    expect((await auditor(PAGE, variables)).reasons).toEqual([reason]);
  });
});

describe("an event", () => {
  it("can be read with all that is known of it as soon as it is committed, and has a leaf index once it is sealed", async () => {
    const event = anEvent({
      service: "users",
      action: "user.update",
      entity_version: 3,
      changes: [
        { field: "name", before: "Ada", after: { first: "Ada" } },
        { field: "phone", before: null, after: null, redacted: true },
      ],
      metadata: { via: "import" },
      impersonator_id: bob,
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
    });
    await outboxes.write("users", [event]);
    const read = `query ($id: ID!) { auditEvent(id: $id) {
      leafIndex occurredAt service action outcome reason metadata traceId path
      actor { type id label user { id } impersonator { id } } target { id type label version }
      changes { field before after redacted } } }`;
    const { data } = await auditor(read, { id: event.id.toUpperCase() });
    expect(data?.auditEvent).toMatchObject({
      leafIndex: null,
      occurredAt: new Date(event.occurred_at),
      service: "users",
      action: "user.update",
      outcome: "SUCCESS",
      reason: null,
      metadata: { via: "import" },
      traceId: event.trace_id,
      actor: { type: "USER", id: ada, label: "ada@example.com", user: { id: ada }, impersonator: { id: bob } },
      target: { id: event.entity_id, type: "Product", label: "Lamp", version: 3 },
      changes: [
        { field: "name", before: "Ada", after: { first: "Ada" }, redacted: false },
        { field: "phone", before: null, after: null, redacted: true },
      ],
    });
    while ((await sealer.sealOldest(1_000)) !== 0);
    const sealed = await auditor(read, { id: event.id });
    expect(sealed.data?.auditEvent).toMatchObject({ leafIndex: expect.any(Number), action: "user.update" });
  });

  it("of nobody has no user", async () => {
    const event = anEvent({
      user_id: null,
      actor_type: "anonymous",
      actor_label: null,
      entity_id: null,
      entity_type: null,
    });
    await outboxes.write("auth", [event]);
    const { data } = await auditor(
      "query ($id: ID!) { auditEvent(id: $id) { actor { type id user { id } } target { id } } }",
      { id: event.id },
    );
    expect(data?.auditEvent).toEqual({ actor: { type: "ANONYMOUS", id: null, user: null }, target: null });
  });

  it.each(["nonsense", newId()])("that does not exist is null: %s", async (id) => {
    expect(await auditor("query ($id: ID!) { auditEvent(id: $id) { id } }", { id })).toMatchObject({
      data: { auditEvent: null },
      reasons: [],
    });
  });
});
