import { newId } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { ada, anEvent, bob, outboxesOf } from "../fixtures/audit-log.fixture.js";

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let as: Awaited<ReturnType<typeof auditApi>>;
let auditor: Ask;

beforeAll(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  await outboxes.write("users", [anEvent({ user_id: bob, action: "secret.plan" }), anEvent(), anEvent()]);
  as = await auditApi(outboxes.database("audit"));
  auditor = as(person(newId(), "audit:read"));
});

afterAll(async () => {
  await outboxes.close();
  await database.drop();
});

const LISTED = [
  "$filter: AuditEventFilter, $first: Int, $after: String",
  "filter: $filter, first: $first, after: $after",
];
const ofReference = (type: string, id: string): [string, object] => [
  `query ($of: [_Any!]!, ${LISTED[0]}) { _entities(representations: $of) { ... on ${type} { auditEvents(${LISTED[1]}) { nodes { id } } } } }`,
  { of: [{ __typename: type, id }] },
];
const LISTS: Record<string, [string, object]> = {
  auditEvents: [`query (${LISTED[0]}) { auditEvents(${LISTED[1]}) { nodes { id } } }`, {}],
  "User.auditEvents": ofReference("User", ada),
  "Entity.auditEvents": ofReference("Entity", newId()),
};
const STATISTICS: [string, object] = [
  "query ($filter: AuditEventFilter) { auditStatistics(filter: $filter, groupBy: ACTION) { key } }",
  {},
];

const badFilters: [object, string[]][] = [
  [{ actions: ["auth.login", "auth.lgoin"] }, ["filter.actions.1"]],
  [{ since: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z" }, ["filter.since", "filter.until"]],
  [{ sessionId: "1" }, ["filter.sessionId"]],
];

describe.each(Object.entries({ ...LISTS, auditStatistics: STATISTICS }))("%s", (_, [query, variables]) => {
  it.each(badFilters)("refuses %j, and names the fields", async (filter, paths) => {
    const { reasons, fields } = await auditor(query, { ...variables, filter });
    expect(reasons).toEqual(["INVALID_INPUT"]);
    expect(fields).toEqual([paths]);
  });
});

describe.each(Object.entries(LISTS))("%s", (_, [query, variables]) => {
  it.each([10_000, 101, 0, -1])("refuses a page of %i", async (first) => {
    expect((await auditor(query, { ...variables, first })).reasons).toEqual(["INVALID_PAGE"]);
  });

  it.each(["", "forged", Buffer.from('["2026-01-01","x"]').toString("base64url")])(
    "refuses the cursor %j, which it never gave",
    async (after) => {
      expect((await auditor(query, { ...variables, after })).reasons).toEqual(["INVALID_CURSOR"]);
    },
  );
});

describe("an action that only others did", () => {
  const query = LISTS.auditEvents?.[0] ?? "";

  it("is known to auditors", async () => {
    expect((await auditor(query, { filter: { actions: ["secret.plan"] } })).reasons).toEqual([]);
  });

  it("is as unknown as any to who may read their own acts alone", async () => {
    const { reasons } = await as(person(ada))(query, { filter: { userId: ada, actions: ["secret.plan"] } });
    expect(reasons).toEqual(["INVALID_INPUT"]);
    expect((await as(person(bob))(query, { filter: { userId: bob, actions: ["secret.plan"] } })).reasons).toEqual([]);
  });

  it("is looked up once for a hundred entities", async () => {
    const statements: string[] = [];
    const stop = outboxes.database("audit").onStatement((sql) => statements.push(sql));
    const [entities = ""] = LISTS["Entity.auditEvents"] ?? [];
    const of = Array.from({ length: 100 }, () => ({ __typename: "Entity", id: newId() }));
    await auditor(entities, { of, filter: { actions: ["secret.plan"] } });
    stop();
    expect(statements).toHaveLength(2);
  });
});
