import { newId, type Database } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { ada, anEvent, bob, outboxesOf } from "../fixtures/audit-log.fixture.js";

interface Recorded {
  user_id: string;
  action: string;
  outcome: string;
  reason: string | null;
  entity_type: string | null;
  entity_id: string | null;
  metadata: object | null;
}

const lamp = newId();
const adas = anEvent({ user_id: ada, entity_id: lamp });
const auditor = { ...person(newId(), "audit:read"), client: "user" as const };

let disposable: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let owner: Database;
let as: Awaited<ReturnType<typeof auditApi>>;

beforeAll(async () => {
  disposable = await disposableDatabase();
  outboxes = outboxesOf((service) => (service === "audit" ? disposable.ownerUrl : disposable.url(service)));
  owner = outboxes.database("audit");
  await outboxes.write("dynamic", [adas]);
  as = await auditApi(owner, { leavesReads: true });
});
beforeEach(() => owner.run((query) => query("audit_outbox").delete()));
afterAll(async () => {
  await outboxes.close();
  await disposable.drop();
});

const LIST = `query ($filter: AuditEventFilter, $order: AuditOrder, $first: Int, $after: String) {
  auditEvents(filter: $filter, order: $order, first: $first, after: $after) { nodes { id } totalCount } }`;
const ONE = "query ($id: ID!) { auditEvent(id: $id) { id } }";
const OF = `query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on User { auditEvents(first: 3) { nodes { id } } again: auditEvents(filter: { ip: "192.0.2.1" }) { totalCount } }
  ... on Entity { auditEvents { nodes { id } } } } }`;
const things = (type: string, ids: string[]) => ({ of: ids.map((id) => ({ __typename: type, id })) });

const reads = () => owner.run((query) => query<Recorded>("audit_outbox").orderBy("id").select("*"));
const read = { action: "audit.read", outcome: "success", reason: null, user_id: auditor.sub };

describe("who reads the audit log by the permission", () => {
  it("leaves an event that says what was asked, with nothing in it that may be somebody's name or address", async () => {
    const filter = {
      userId: ada,
      entityType: "Product",
      since: "2026-01-01T00:00:00Z",
      text: "Lovelace",
      ip: "192.0.2.9",
    };
    await as(auditor)(LIST, { filter, order: "OLDEST_FIRST", first: 7 });
    const asked = { user_id: ada, entity_type: "Product", since: "2026-01-01T00:00:00.000Z", text: true, ip: true };
    expect(await reads()).toMatchObject([
      { ...read, entity_id: null, metadata: { filter: asked, order: "OLDEST_FIRST", first: 7 } },
    ]);
  });

  it("leaves one for each call, and for one that fails", async () => {
    const all = 'auditEvents(filter: { service: "dynamic" }) { totalCount }';
    const { data } = await as(auditor)(`{ ${all} more: ${all} }`);
    expect(data).toEqual({ auditEvents: { totalCount: 1 }, more: { totalCount: 1 } });
    await as(auditor)(LIST, { first: 10_000 });
    await as(auditor)(LIST, { after: "AAAA" });
    await as(auditor)(LIST, { filter: { userId: "ada@example.com" } });
    expect((await reads()).map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      "success",
      "success",
      "INVALID_PAGE",
      "INVALID_CURSOR",
      "INVALID_INPUT",
    ]);
    expect(JSON.stringify(await reads())).not.toContain("ada@example.com");
  });

  it("leaves one of reading one event, whether or not there is any", async () => {
    const nothing = newId();
    await as(auditor)(ONE, { id: adas.id });
    await as(auditor)(ONE, { id: nothing });
    expect(await reads()).toMatchObject([
      { ...read, entity_type: "AuditEvent", entity_id: adas.id },
      { ...read, entity_type: "AuditEvent", entity_id: nothing },
    ]);
  });

  it("leaves one for a field of a list, however long and under whatever aliases, that names the first", async () => {
    const { reasons } = await as(auditor)(OF, things("User", [ada, bob, newId()]));
    expect(reasons).toEqual([]);
    await as(auditor)(OF, things("Entity", [lamp, newId()]));
    expect(await reads()).toMatchObject([
      { ...read, entity_type: "User", entity_id: ada, metadata: { filter: {}, order: "NEWEST_FIRST", first: 3 } },
      { ...read, entity_type: "Entity", entity_id: lamp },
    ]);
  });

  it("is refused with one event that says what was asked", async () => {
    await as(person(bob))(LIST, { filter: { text: "Lovelace" } });
    await as(person(bob))(OF, things("User", [ada, newId()]));
    const refused = { action: "audit.read", outcome: "denied", reason: "PERMISSION_MISSING", user_id: bob };
    expect(await reads()).toMatchObject([refused, refused]);
  });
});

describe("who reads what they did themselves", () => {
  const ownReads = async (ask: Ask) => {
    await ask(LIST, { filter: { userId: ada } });
    await ask(LIST, { filter: { userId: ada }, first: 10_000 });
    await ask(ONE, { id: adas.id });
    await ask(OF, things("User", [ada]));
  };

  it("leaves nothing, whether or not they may read everything", async () => {
    await ownReads(as(person(ada)));
    await ownReads(as(person(ada, "audit:read")));
    expect(await reads()).toEqual([]);
  });

  it("leaves an event when it is somebody else who does so in their place", async () => {
    await ownReads(as({ ...person(ada), act: { sub: bob } }));
    expect((await reads()).map(({ action, outcome }) => [action, outcome])).toEqual([
      ["audit.read", "success"],
      ["audit.read", "failure"],
      ["audit.read", "success"],
    ]);
  });
});
