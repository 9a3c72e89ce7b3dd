import { newId } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { anEvent, outboxesOf } from "../fixtures/audit-log.fixture.js";

interface Owned {
  auditEvents: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string }; totalCount: number };
}

/** 100 things; the one at position n has n % 8 events, the newest first, all of one moment or of several. */
const things = Array.from({ length: 100 }, (_, position) => ({
  id: newId(),
  user: newId(),
  events: Array.from({ length: position % 8 }, (_, index) => ({
    id: newId(),
    occurred_at: new Date(Date.parse("2026-03-01T00:00:00Z") + (index >> 1) * 60_000).toISOString(),
  })).reverse(),
}));
const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id);

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let auditor: Ask;

beforeAll(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  const events = things.flatMap(({ id, user, events }) =>
    events.map((event) => anEvent({ ...event, user_id: user, entity_id: id })),
  );
  await outboxes.write("dynamic", events);
  auditor = (await auditApi(outboxes.database("audit")))(person(newId(), "audit:read"));
  const { sealer } = await auditPartsOver(outboxes.database("audit"));
  await sealer.sealOldest(Math.floor(events.length / 2));
});

afterAll(async () => {
  await outboxes.close();
  await database.drop();
});

const QUERY = `query ($of: [_Any!]!, $after: String) { _entities(representations: $of) {
  ... on Entity { ...Events } ... on User { auditEvents(first: 3, after: $after) { ...Page totalCount } } } }
  fragment Events on Entity { auditEvents(first: 3, after: $after) { ...Page totalCount } }
  fragment Page on AuditEventConnection { nodes { id } pageInfo { hasNextPage endCursor } }`;

async function ask(of: unknown[], after?: string) {
  const statements: string[] = [];
  const stop = outboxes.database("audit").onStatement((sql) => statements.push(sql));
  const { data, reasons } = await auditor(QUERY, { of, after });
  stop();
  return { found: data?._entities as unknown as (Owned | null)[], reasons, statements };
}

describe.each([
  ["entities", () => things.map(({ id }) => ({ __typename: "Entity", id }))],
  ["users", () => things.map(({ user }) => ({ __typename: "User", id: user }))],
])("the events of 100 %s", (_, representations) => {
  it("take one statement, and their totals another: none for what is personal, which nobody asks for", async () => {
    const { found, statements } = await ask(representations());
    expect(statements).toHaveLength(2);
    expect(found.map((owned) => idsOf(owned?.auditEvents.nodes ?? []))).toEqual(
      things.map(({ events }) => idsOf(events.slice(0, 3))),
    );
    expect(found.map((owned) => owned?.auditEvents.totalCount)).toEqual(things.map(({ events }) => events.length));
    expect(found.map((owned) => owned?.auditEvents.pageInfo.hasNextPage)).toEqual(
      things.map(({ events }) => events.length > 3),
    );
  });

  it("go on from the cursors of each", async () => {
    const representation = representations()[7];
    const read: string[] = [];
    for (let after: string | undefined; ;) {
      const { found } = await ask([representation], after);
      const page = found[0]?.auditEvents;
      read.push(...idsOf(page?.nodes ?? []));
      if (!page?.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(read).toEqual(idsOf(things[7]?.events ?? []));
  });

  it("refuse the cursor of another, without reading anything", async () => {
    const [, , , , , , , seventh, , other] = representations();
    const { found } = await ask([seventh]);
    const { reasons, statements } = await ask([other], found[0]?.auditEvents.pageInfo.endCursor);
    expect(reasons).toEqual(["INVALID_CURSOR"]);
    expect(statements).toEqual([]);
  });
});

it("entities that are asked for with different arguments take a statement for each, and what is personal another", async () => {
  const of = things.slice(0, 50).map(({ id }) => ({ __typename: "Entity", id }));
  const statements: string[] = [];
  const stop = outboxes.database("audit").onStatement((sql) => statements.push(sql));
  const { reasons } = await auditor(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Entity {
      newest: auditEvents(first: 1) { nodes { actor { label } } }
      denied: auditEvents(first: 1, filter: { outcome: DENIED }) { nodes { id } } } } }`,
    { of },
  );
  stop();
  expect(reasons).toEqual([]);
  expect(statements).toHaveLength(3);
});

it("a page of 100 events with all that they hold takes four statements", async () => {
  await outboxes.write(
    "users",
    [newId(), ...idsOf(things)].map((user) =>
      anEvent({
        user_id: user,
        impersonator_id: newId(),
        entity_type: "User",
        entity_id: user,
        service: "users",
        ip: "192.0.2.9",
        user_agent: "a browser",
      }),
    ),
  );
  await (await auditPartsOver(outboxes.database("audit"))).sealer.sealAll();
  const statements: string[] = [];
  const stop = outboxes.database("audit").onStatement((sql) => statements.push(sql));
  const { data, reasons } = await auditor(`{ auditEvents(filter: { service: "users" }, first: 100) {
    nodes { id leafIndex occurredAt service action outcome reason actor { type id label user { id } impersonator { id } }
      target { id type label version } changes { field before after redacted } metadata requestId traceId spanId
      sessionId ip userAgent operationName path }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`);
  stop();
  expect(reasons).toEqual([]);
  const { nodes } = data?.auditEvents as unknown as { nodes: { ip: string; changes: { after: unknown }[] }[] };
  expect(nodes.filter(({ ip, changes }) => ip === "192.0.2.9" && changes[0]?.after === 12)).toHaveLength(100);
  // The events, the texts of people that they name, the keys of what was changed about them, and the total.
  expect(statements).toHaveLength(4);
});
