import { erasedForm, type AuditEvent } from "@supergraph/audit-trail";
import { commitmentOf, leafBytes, leafHash } from "@supergraph/audit-proof";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditParts } from "../audit-parts.js";
import { ada, anEvent, bob } from "../fixtures/audit-log.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { runningAudit } from "../fixtures/running-audit.fixture.js";
import { withoutValues, type ExportedEvent, type ExportedRow } from "./exported-event.js";
import { EXPORTED_COLUMNS } from "./exported-row.statement.js";

const adas = { ip: "198.51.100.7", user_agent: "Ada's browser", actor_label: "ada@example.com" };
const ofAda = { entity_type: "User", entity_id: ada, entity_label: "ada@example.com" };
const byBob = { user_id: bob, ip: "203.0.113.9", user_agent: "Bob's browser", actor_label: "bob@example.com" };
const byNobody = { user_id: null, actor_type: "anonymous" } as const;

let audit: Awaited<ReturnType<typeof runningAudit>>;
let parts: AuditParts;

beforeEach(async () => {
  audit = await runningAudit();
  parts = await auditPartsOver(audit.outboxes.database("audit"));
});
afterEach(() => audit.close());

async function seal(...events: Partial<AuditEvent>[]): Promise<AuditEvent[]> {
  const written = events.map((event, index) =>
    anEvent({ ...adas, occurred_at: `2026-03-01T00:00:00.00000${String(index)}Z`, ...event }),
  );
  await audit.outboxes.write("users", written);
  await audit.sealer.sealAll();
  return written;
}

async function rows(): Promise<ExportedRow[]> {
  const query = `select ${EXPORTED_COLUMNS} from audit.event order by leaf_index`;
  return (await parts.database.run((knex) => knex.raw<{ rows: ExportedRow[] }>(query))).rows;
}

/** What an offline verifier can say of a line, with the line alone. */
function proves(line: ExportedEvent): boolean {
  const erased = { ...line, ...erasedForm(line) };
  if (leafHash(leafBytes({ ...erased })).toString("hex") !== line.leaf_hash) return false;
  return Object.entries(line.personal).every(([party, { salt, values }]) => {
    const commitment = commitmentOf(Buffer.from(salt, "hex"), values).toString("hex");
    return commitment === line[`${party as keyof ExportedEvent["personal"]}_commitment`];
  });
}

describe("an exported event", () => {
  it("is the event as it was recorded, and proves itself and every personal value", async () => {
    const written = await seal(
      { changes: [{ field: "price", before: { amount: 1e21 }, after: [0.1, "é"] }], metadata: { b: 1, a: null } },
      { ...ofAda, changes: [{ field: "bio", before: null, after: "Countess" }], reason: "She asked for it" },
      { ...byBob, ...ofAda, impersonator_id: ada, outcome: "denied", reason: "PERMISSION_MISSING", changes: [] },
      { ...byNobody, actor_label: "Typed@Example.com", entity_id: null, entity_type: null, changes: [] },
      { ...byNobody, actor_label: null },
      { actor_type: "system", user_id: null, actor_label: "system", ip: null, user_agent: null },
      { entity_type: "ApiKey", entity_label: "her key", metadata: { userId: ada } },
    );
    const lines = await parts.exporter.reveal(await rows());
    expect(lines).toMatchObject(written);
    expect(lines.map(({ leaf_index }) => leaf_index)).toEqual(written.map((_, index) => index));
    expect(lines.map(proves)).toEqual(written.map(() => true));
    expect(lines.map(({ personal }) => Object.keys(personal))).toEqual([
      ["actor"],
      ["actor", "target"],
      ["actor", "impersonator", "target"],
      ["actor"],
      ["actor"],
      [],
      ["actor", "target"],
    ]);
    expect(lines[2]?.personal).toMatchObject({
      actor: { values: { actor_label: byBob.actor_label } },
      impersonator: { values: { ip: byBob.ip, user_agent: byBob.user_agent } },
    });
  });

  it("shows nothing of who was erased, and all of the others", async () => {
    await seal(
      { ...ofAda, changes: [{ field: "bio", before: null, after: "Countess" }] },
      { ...byBob, ...ofAda, reason: "the Countess asked for it" },
      { ...byNobody, actor_label: "ADA@example.com" },
    );
    expect((await audit.erase(ada)).statusCode).toBe(204);
    const lines = await parts.exporter.reveal(await rows());
    expect(JSON.stringify(lines)).not.toMatch(/ada@|198\.51|Ada's|Countess/i);
    expect(lines.map(({ personal }) => Object.keys(personal))).toEqual([[], ["actor"], []]);
    expect(lines[0]?.changes).toEqual([{ field: "bio", before: null, after: null, redacted: true }]);
    expect(lines[1]).toMatchObject({ actor_label: byBob.actor_label, ip: byBob.ip, reason: null });
    expect(lines.map(proves)).toEqual([true, true, true]);
  });

  it("has no values of who was erased before it was sealed", async () => {
    await audit.erase(ada);
    await seal({ ...ofAda }, { ...byBob, ...ofAda });
    const lines = await parts.exporter.reveal(await rows());
    expect(lines.map(({ personal }) => Object.keys(personal))).toEqual([[], ["actor"]]);
    expect(lines.map(proves)).toEqual([true, true]);
  });

  it("without its values is what its leaf holds", async () => {
    const [written] = await seal({ ...ofAda, reason: "She asked for it" });
    const [line] = (await rows()).map(withoutValues);
    expect(line).toMatchObject({ ...erasedForm(written as AuditEvent), personal: {} });
    expect(line?.actor_commitment).toMatch(/^[0-9a-f]{64}$/);
    expect(line && proves(line)).toBe(true);
  });
});
