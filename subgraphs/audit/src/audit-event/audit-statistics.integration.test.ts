import { newId } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { ada, anEvent, bob, outboxesOf } from "../fixtures/audit-log.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";

const at = (hour: number) => new Date(Date.parse("2026-03-28T00:30:00Z") + hour * 3_600_000).toISOString();

const events = [
  ...Array.from({ length: 5 }, (_, index) => anEvent({ occurred_at: at(index), action: "entity.update" })),
  anEvent({
    occurred_at: at(0),
    action: "auth.login",
    service: "auth",
    user_id: bob,
    entity_id: null,
    entity_type: null,
  }),
  anEvent({ occurred_at: at(30), action: "auth.login", service: "auth", user_id: bob, outcome: "failure" }),
  anEvent({ occurred_at: at(30), action: "auth.logout", service: "auth", user_id: null, actor_type: "anonymous" }),
];

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let as: Awaited<ReturnType<typeof auditApi>>;
let auditor: Ask;

beforeAll(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  await outboxes.write("dynamic", events);
  as = await auditApi(outboxes.database("audit"));
  auditor = as(person(newId(), "audit:read"));
  // Half is sealed: what waits is counted as well.
  await (await auditPartsOver(outboxes.database("audit"))).sealer.sealOldest(events.length / 2);
});

afterAll(async () => {
  await outboxes.close();
  await database.drop();
});

const COUNT = `query ($filter: AuditEventFilter, $groupBy: AuditGroup!) {
  auditStatistics(filter: $filter, groupBy: $groupBy) { key count } }`;

async function counts(groupBy: string, filter: object = {}, ask = auditor): Promise<[string, number][]> {
  const { data, reasons } = await ask(COUNT, { groupBy, filter: { until: at(31), ...filter } });
  expect(reasons).toEqual([]);
  return (data?.auditStatistics as unknown as { key: string; count: number }[]).map(({ key, count }) => [key, count]);
}

describe("auditStatistics", () => {
  it.each([
    [
      "ACTION",
      [
        ["entity.update", 5],
        ["auth.login", 2],
        ["auth.logout", 1],
      ],
    ],
    [
      "OUTCOME",
      [
        ["SUCCESS", 7],
        ["FAILURE", 1],
      ],
    ],
    [
      "SERVICE",
      [
        ["dynamic", 5],
        ["auth", 3],
      ],
    ],
    [
      "USER",
      [
        [ada, 5],
        [bob, 2],
        ["", 1],
      ],
    ],
    [
      "ENTITY_TYPE",
      [
        ["Product", 7],
        ["", 1],
      ],
    ],
  ])("counts by %s, the largest number first", async (groupBy, expected) => {
    expect(await counts(groupBy)).toEqual(expected);
  });

  it("counts by hour and by day of UTC, in the order of time", async () => {
    expect(await counts("HOUR")).toEqual([
      ["2026-03-28T00:00:00Z", 2],
      ["2026-03-28T01:00:00Z", 1],
      ["2026-03-28T02:00:00Z", 1],
      ["2026-03-28T03:00:00Z", 1],
      ["2026-03-28T04:00:00Z", 1],
      ["2026-03-29T06:00:00Z", 2],
    ]);
    expect(await counts("DAY")).toEqual([
      ["2026-03-28", 6],
      ["2026-03-29", 2],
    ]);
  });

  it("counts what the filter finds, and nothing else", async () => {
    expect(await counts("ACTION", { actionPrefix: "auth.*", since: at(30) })).toEqual([
      ["auth.login", 1],
      ["auth.logout", 1],
    ]);
    expect(await counts("ACTION", { text: "lamp", service: "auth", outcome: "FAILURE" })).toEqual([["auth.login", 1]]);
    expect(await counts("USER", { entityId: newId() })).toEqual([]);
  });

  it("answers with 1,000 groups at most: the latest of hours", async () => {
    const filter = { requestId: "many" };
    await outboxes.write(
      "users",
      Array.from({ length: 1_001 }, (_, hour) => anEvent({ occurred_at: at(100 + hour), request_id: "many" })),
    );
    const { data } = await auditor(COUNT, { groupBy: "HOUR", filter });
    const found = data?.auditStatistics as unknown as { key: string }[];
    expect(found).toHaveLength(1_000);
    expect(found.at(0)?.key).toBe("2026-04-01T05:00:00Z");
    expect(found.at(-1)?.key).toBe("2026-05-12T20:00:00Z");
  });

  it("counts everybody's own acts for them, and nothing else", async () => {
    const asAda = as(person(ada));
    expect(await counts("ACTION", { userId: ada, service: "dynamic" }, asAda)).toEqual([["entity.update", 5]]);
    for (const filter of [undefined, { userId: bob }, { entityType: "Product" }]) {
      const { data, reasons } = await asAda(COUNT, { groupBy: "ACTION", filter });
      expect(data).toBeNull();
      expect(reasons).toEqual(["PERMISSION_MISSING"]);
    }
    expect((await as(undefined)(COUNT, { groupBy: "ACTION" })).reasons).toEqual(["SIGN_IN_REQUIRED"]);
  });

  it("leaves an event when it is refused", async () => {
    const someone = newId();
    await as(person(someone))(COUNT, { groupBy: "USER" });
    const { data } = await auditor(
      "query ($id: ID!) { auditEvents(filter: { userId: $id }) { nodes { action outcome path } } }",
      { id: someone },
    );
    expect(data?.auditEvents).toEqual({
      nodes: [{ action: "audit.read", outcome: "DENIED", path: "auditStatistics" }],
    });
  });
});
