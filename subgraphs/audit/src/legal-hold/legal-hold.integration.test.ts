import { afterEach, beforeEach, expect, it } from "vitest";
import { ada, bob } from "../fixtures/audit-log.fixture.js";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { runningAudit } from "../fixtures/running-audit.fixture.js";

const counsel = "01900000-0000-7000-8000-00000000c0c0";
const FIELDS = "{ id userId entityId reason placedBy placedAt liftedBy liftedAt }";
const PLACE = `mutation ($input: PlaceLegalHoldInput!) { placeAuditLegalHold(input: $input) ${FIELDS} }`;
const LIFT = `mutation ($id: ID!) { liftAuditLegalHold(id: $id, reason: " the case is over ") ${FIELDS} }`;
const LIST = `{ auditLegalHolds ${FIELDS} }`;

interface Hold {
  id: string;
  placedAt: string;
}

let audit: Awaited<ReturnType<typeof runningAudit>>;
let as: Awaited<ReturnType<typeof auditApi>>;
let holder: Ask;

beforeEach(async () => {
  audit = await runningAudit();
  as = await auditApi(audit.outboxes.database("audit"));
  holder = as(person(counsel, "audit:hold"));
});
afterEach(() => audit.close());

async function place(input: object, ask = holder): Promise<Hold> {
  const { data, reasons } = await ask(PLACE, { input: { reason: "case 7", ...input } });
  expect(reasons).toEqual([]);
  return data?.placeAuditLegalHold as unknown as Hold;
}

it("is placed, listed and lifted by who may, and each leaves an event that names it and not the person", async () => {
  const ofBob = await place({ userId: bob.toUpperCase() });
  expect(ofBob).toMatchObject({ userId: bob, entityId: null, reason: "case 7", placedBy: counsel, liftedAt: null });
  const ofThing = await place({ entityId: "Product" });
  expect((await audit.auditor(LIST)).data).toEqual({ auditLegalHolds: [ofThing, ofBob] });
  const { data } = await holder(LIFT, { id: ofBob.id });
  expect(data?.liftAuditLegalHold).toMatchObject({ id: ofBob.id, liftedBy: counsel });
  expect((await holder(LIST)).data).toEqual({ auditLegalHolds: [ofThing] });
  expect((await holder(LIFT, { id: ofBob.id })).reasons).toEqual(["LEGAL_HOLD_NOT_FOUND"]);
  expect((await holder(LIFT, { id: "Product" })).reasons).toEqual(["LEGAL_HOLD_NOT_FOUND"]);

  const events = await audit.outboxes
    .database("audit")
    .run((query) => query("audit_outbox").whereLike("action", "audit.%hold").orderBy("id").select("*"));
  const target = { entity_type: "AuditLegalHold", entity_id: ofBob.id };
  expect(events).toMatchObject([
    { ...target, action: "audit.hold", outcome: "success", metadata: { userId: bob }, reason: "case 7" },
    { action: "audit.hold", outcome: "success", metadata: { entityId: "Product" } },
    { ...target, action: "audit.lift-hold", outcome: "success", reason: "the case is over" },
    { ...target, action: "audit.lift-hold", outcome: "failure", reason: "LEGAL_HOLD_NOT_FOUND" },
    { action: "audit.lift-hold", outcome: "failure", reason: "LEGAL_HOLD_NOT_FOUND" },
  ]);
});

it("is nothing that an auditor places or lifts, nor that others see", async () => {
  const { id } = await place({ userId: bob });
  expect((await audit.auditor(PLACE, { input: { userId: ada, reason: "r" } })).reasons).toEqual(["PERMISSION_MISSING"]);
  expect((await audit.auditor(LIFT, { id })).reasons).toEqual(["PERMISSION_MISSING"]);
  const other = as(person(bob, "users:read"));
  expect((await other(LIST)).reasons).toEqual(["PERMISSION_MISSING"]);
  expect((await other("{ auditRetention { name } }")).reasons).toEqual(["PERMISSION_MISSING"]);
});

it.each([
  [{}, "input"],
  [{ userId: ada, entityId: ada }, "input"],
  [{ userId: "ada" }, "input.userId"],
  [{ entityId: "" }, "input.entityId"],
  [{ entityId: "x".repeat(513) }, "input.entityId"],
  [{ userId: ada, reason: "  " }, "reason"],
])("takes one of a person's and an entity's id, and a reason: not %o", async (input, field) => {
  const { reasons, fields } = await holder(PLACE, { input: { reason: "case 7", ...input } });
  expect(reasons).toEqual(["INVALID_INPUT"]);
  expect(fields[0]).toEqual([field]);
  expect((await holder(LIST)).data).toEqual({ auditLegalHolds: [] });
});

it("keeps a person from being erased until it is lifted, and nobody else", async () => {
  const { id } = await place({ userId: bob });
  await place({ entityId: ada });
  const held = await audit.holdOf(bob);
  expect([held.statusCode, held.json()]).toMatchObject([409, { errors: [{ extensions: { reason: "LEGAL_HOLD" } }] }]);
  expect((await audit.erase(bob)).statusCode).toBe(409);
  expect((await audit.holdOf(ada)).statusCode).toBe(204);
  expect((await audit.erase(ada)).statusCode).toBe(204);
  await holder(LIFT, { id });
  expect((await audit.holdOf(bob)).statusCode).toBe(204);
  expect((await audit.erase(bob)).statusCode).toBe(204);
});

it("that is being placed while the person is erased waits, and is placed after it", async () => {
  const [erased, hold] = await Promise.all([audit.erase(bob), place({ userId: bob })]);
  expect(hold.id).toBeDefined();
  expect([204, 409]).toContain(erased.statusCode);
  const rows = await audit.outboxes.database("audit").run((query) => query("erased_person").select("*"));
  expect(rows).toHaveLength(erased.statusCode === 204 ? 1 : 0);
});
