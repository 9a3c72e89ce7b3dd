import { newId } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { ada, anEvent, bob, outboxesOf } from "../fixtures/audit-log.fixture.js";

const lamp = newId();
const adas = anEvent({ user_id: ada, entity_id: lamp });
const bobs = anEvent({ user_id: bob, entity_id: lamp });

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let as: Awaited<ReturnType<typeof auditApi>>;
let auditor: Ask;

beforeAll(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  await outboxes.write("dynamic", [adas, bobs]);
  as = await auditApi(outboxes.database("audit"));
  auditor = as(person(newId(), "audit:read"));
});

afterAll(async () => {
  await outboxes.close();
  await database.drop();
});

const LIST = "query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes { id } } }";
const ONE = "query ($id: ID!) { auditEvent(id: $id) { id } }";
const OF = `query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on AuditEvent { id } ... on User { auditEvents(filter: { entityType: "Product" }) { nodes { id } } } ... on Entity { auditEvents { nodes { id } } } } }`;
const user = (id: string) => ({ __typename: "User", id });
const entity = (id: string) => ({ __typename: "Entity", id });

async function denialsOf(userId: string): Promise<unknown> {
  const { data } = await auditor(
    `query ($userId: ID!) { auditEvents(filter: { userId: $userId, outcome: DENIED, service: "audit" }) {
      nodes { action reason path ip leafIndex actor { id } } } }`,
    { userId },
  );
  return (data?.auditEvents as unknown as { nodes: unknown }).nodes;
}

describe("auditEvents", () => {
  it("shows an auditor everybody's acts", async () => {
    const { data } = await auditor(LIST, { filter: { entityId: lamp } });
    expect(data?.auditEvents).toEqual({ nodes: [{ id: bobs.id }, { id: adas.id }] });
  });

  it.each([[[]], [["users:read:own"]], [["users:read"]]])(
    "shows everybody their own acts, holding %j",
    async (permissions) => {
      const asAda = as(person(ada, ...permissions));
      expect((await asAda(LIST, { filter: { userId: ada } })).data?.auditEvents).toEqual({ nodes: [{ id: adas.id }] });
      expect((await asAda(LIST, { filter: { userId: ada.toUpperCase() } })).data?.auditEvents).toEqual({
        nodes: [{ id: adas.id }],
      });
    },
  );

  it("shows an API key its owner's acts only when it was given the whole log", async () => {
    const key = (...permissions: string[]) => as({ ...person(ada, ...permissions), client: "api_key", keyId: newId() });
    expect((await key("users:read")(LIST, { filter: { userId: ada } })).reasons).toEqual(["PERMISSION_MISSING"]);
    expect((await key("users:read")(ONE, { id: adas.id })).data).toEqual({ auditEvent: null });
    expect((await key("audit:read")(ONE, { id: adas.id })).data).toEqual({ auditEvent: { id: adas.id } });
  });

  it.each([{ filter: undefined }, { filter: { userId: bob } }, { filter: { entityId: lamp } }])(
    "is refused to who asks for more than their own, and the refusal is in the log: %j",
    async (variables) => {
      const someone = newId();
      const { data, reasons } = await as(person(someone, "users:read"))(LIST, variables);
      expect(data).toBeNull();
      expect(reasons).toEqual(["PERMISSION_MISSING"]);
      expect(await denialsOf(someone)).toEqual([
        {
          action: "audit.read",
          reason: "PERMISSION_MISSING",
          path: "auditEvents",
          ip: "192.0.2.7",
          leafIndex: null,
          actor: { id: someone },
        },
      ]);
    },
  );

  it("is refused to nobody in particular, and the refusal is in the log", async () => {
    expect((await as(undefined)(LIST)).reasons).toEqual(["SIGN_IN_REQUIRED"]);
    const { data } = await auditor("{ auditEvents(first: 1) { nodes { outcome reason actor { type user { id } } } } }");
    expect(data?.auditEvents).toEqual({
      nodes: [{ outcome: "DENIED", reason: "SIGN_IN_REQUIRED", actor: { type: "ANONYMOUS", user: null } }],
    });
  });
});

describe("one event", () => {
  const service = { ...person("users"), client: "service" as const };

  it("is shown to auditors and to who did it, and is null for anybody else", async () => {
    const asked = async (ask: Ask) => (await ask(ONE, { id: adas.id })).data?.auditEvent;
    expect(await asked(auditor)).toEqual({ id: adas.id });
    expect(await asked(as(person(ada)))).toEqual({ id: adas.id });
    expect(await asked(as(person(bob, "users:read")))).toBeNull();
    expect(await asked(as(service))).toBeNull();
  });

  it("is as hidden as a reference as it is as a field", async () => {
    const of = [{ __typename: "AuditEvent", id: adas.id }];
    expect((await as(person(ada))(OF, { of })).data?._entities).toEqual([{ id: adas.id }]);
    for (const claims of [undefined, person(bob), service]) {
      expect((await as(claims)(OF, { of })).data?._entities).toEqual([null]);
    }
  });
});

describe("a user's auditEvents", () => {
  it("are what the person did, for auditors and the person", async () => {
    for (const ask of [auditor, as(person(ada))]) {
      const { data } = await ask(OF, { of: [user(ada)] });
      expect(data?._entities).toEqual([{ auditEvents: { nodes: [{ id: adas.id }] } }]);
    }
  });

  it("are refused to anybody else, on that person alone", async () => {
    const { data, reasons } = await as(person(ada, "users:read"))(OF, { of: [user(ada), user(bob)] });
    expect(data?._entities).toEqual([{ auditEvents: { nodes: [{ id: adas.id }] } }, null]);
    expect(reasons).toEqual(["PERMISSION_MISSING"]);
    expect((await as(undefined)(OF, { of: [user(ada)] })).reasons).toEqual(["SIGN_IN_REQUIRED"]);
  });

  it("are none where the id is no user's", async () => {
    const { data } = await auditor(OF, { of: [user("nonsense"), user(newId()), user(bob)] });
    expect(data?._entities).toEqual([
      { auditEvents: { nodes: [] } },
      { auditEvents: { nodes: [] } },
      { auditEvents: { nodes: [{ id: bobs.id }] } },
    ]);
  });
});

describe("an entity's auditEvents", () => {
  it("are what was done to it, for auditors", async () => {
    const { data } = await auditor(OF, { of: [entity(lamp)] });
    expect(data?._entities).toEqual([{ auditEvents: { nodes: [{ id: bobs.id }, { id: adas.id }] } }]);
  });

  it("are refused to anybody else, with one event for the whole list", async () => {
    const someone = newId();
    const of = Array.from({ length: 100 }, () => entity(newId()));
    const { reasons } = await as(person(someone, "Product:read"))(OF, { of });
    expect(reasons).toHaveLength(100);
    expect(new Set(reasons)).toEqual(new Set(["PERMISSION_MISSING"]));
    expect(await denialsOf(someone)).toHaveLength(1);
  });
});
