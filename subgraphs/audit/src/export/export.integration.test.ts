import { verifyExport } from "@supergraph/audit-proof";
import type { AuditEvent } from "@supergraph/audit-trail";
import type { Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { person } from "../fixtures/audit-api.fixture.js";
import { ada, anEvent, bob } from "../fixtures/audit-log.fixture.js";
import { runningAudit } from "../fixtures/running-audit.fixture.js";

const COUNT = 700;
const auditor = person(newId(), "audit:read");

let audit: Awaited<ReturnType<typeof runningAudit>>;

async function exported(query: string, claims: Claims | undefined = auditor) {
  const response = await audit.getAs(claims, `/audit/export${query}`);
  return { status: response.statusCode, headers: response.headers, body: response.body };
}

const linesOf = (body: string) =>
  body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function* asLines(body: string): AsyncGenerator<string> {
  for (const line of body.trimEnd().split("\n")) yield await Promise.resolve(line);
}

beforeAll(async () => {
  audit = await runningAudit();
  const events: AuditEvent[] = Array.from({ length: COUNT }, (_, index) =>
    anEvent({
      user_id: index % 3 === 0 ? bob : ada,
      actor_label: index % 3 === 0 ? "bob@example.com" : "ada@example.com",
      action: index % 7 === 0 ? "user.update" : "product.update",
      ...(index % 7 === 0 && { entity_type: "User", entity_id: ada, entity_label: "ada@example.com" }),
      ip: "192.0.2.1",
      user_agent: "=cmd|' /C calc'!A0",
    }),
  );
  for (let from = 0; from < COUNT; from += 100) await audit.outboxes.write("dynamic", events.slice(from, from + 100));
  await audit.sealer.sealAll();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  // What a second of pause left unsigned.
  await audit.sealer.sealAll();
});
afterAll(() => audit.close());

describe("an export in ndjson", () => {
  it("of the whole log proves itself by recomputing the tree", async () => {
    const { status, headers, body } = await exported("");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/x-ndjson");
    const lines = linesOf(body);
    expect(lines.at(-1)).toMatchObject({ count: lines.length - 1, range: { from: 0, before: [] } });
    expect(lines[7]).toMatchObject({ leaf_index: 7, entity_label: "ada@example.com", ip: "192.0.2.1" });
    expect(await verifyExport(() => asLines(body), {})).toMatchObject({ status: "proven" });
  });

  it("of what a filter finds proves each event by its path", async () => {
    const { body } = await exported(`?user_id=${bob}&proofs=true`);
    const lines = linesOf(body);
    expect(lines.length - 1).toBe(Math.ceil(COUNT / 3));
    expect(lines.slice(0, -1).every(({ user_id }) => user_id === bob)).toBe(true);
    expect(lines.at(-1)).toMatchObject({ filter: { user_id: bob }, range: null });
    expect(await verifyExport(() => asLines(body), {})).toMatchObject({ status: "proven" });
  });

  it("goes on from a leaf, and proves what it holds", async () => {
    const { body } = await exported("?from_leaf=300&to_leaf=500");
    const lines = linesOf(body);
    expect(lines.slice(0, -1).map(({ leaf_index }) => leaf_index)).toEqual(
      Array.from({ length: 200 }, (_, index) => 300 + index),
    );
    expect(await verifyExport(() => asLines(body), {})).toMatchObject({ status: "proven" });
  });
});

describe("an export that broke off", () => {
  const cutAt = (body: string, characters: number) => body.slice(0, body.lastIndexOf("\n", characters) + 1);
  const nextAfter = (part: string) => Number(linesOf(part).at(-1)?.leaf_index) + 1;

  it.each([0, 120])("is gone on with, and both parts joined prove as one that began at leaf %i", async (began) => {
    const { body } = await exported(`?from_leaf=${began}`);
    const part = cutAt(body, Math.floor(body.length / 2));
    // What happens meanwhile is in the second part.
    await exported("?until=2020-01-01T00:00:00Z");
    await audit.sealer.sealAll();
    const rest = (await exported(`?from_leaf=${nextAfter(part)}&began_at=${began}`)).body;
    const joined = part + rest;
    const verdict = await verifyExport(() => asLines(joined));
    expect(verdict).toMatchObject({ status: "proven", range: { from: began }, problems: [] });
    expect(verdict.events).toBe(linesOf(joined).length - 1);

    const altered = joined.replace('"action":"product.update"', '"action":"product.create"');
    expect(await verifyExport(() => asLines(altered))).toMatchObject({
      status: "tampered",
      problems: [{ kind: "MODIFIED" }],
    });
    const shortened = part.slice(0, part.lastIndexOf("\n", part.length - 2) + 1) + rest;
    expect(await verifyExport(() => asLines(shortened))).toMatchObject({
      status: "tampered",
      problems: [{ kind: "MISSING", leafIndex: nextAfter(part) - 1 }],
    });
  });

  it("at its very end lacks the last line alone", async () => {
    const { body } = await exported("?to_leaf=300");
    const rest = (await exported("?to_leaf=300&from_leaf=300&began_at=0")).body;
    expect(linesOf(rest)).toHaveLength(1);
    const joined = cutAt(body, body.length - 2) + rest;
    expect(await verifyExport(() => asLines(joined))).toMatchObject({ status: "proven", events: 300 });
  });

  it("goes on without a second head where its format has one", async () => {
    const whole = (await exported(`?format=csv&to_leaf=300&user_id=${bob}`)).body;
    const rest = (await exported(`?format=csv&to_leaf=300&user_id=${bob}&from_leaf=100&began_at=0`)).body;
    expect(rest).not.toBe("");
    expect(whole.endsWith(rest)).toBe(true);
    expect(rest).not.toContain("leaf_index");
  });
});

describe("an export for other programs", () => {
  it("in CSV has a row an event, and nothing that a spreadsheet takes for a formula", async () => {
    const { headers, body } = await exported(`?format=csv&user_id=${bob}`);
    expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(body.split("\r\n")).toHaveLength(1 + Math.ceil(COUNT / 3) + 1);
    expect(body).toContain(`"'=cmd`);
  });

  it("in OCSF has an event a line", async () => {
    const { body } = await exported("?format=ocsf&to_leaf=10");
    expect(linesOf(body).map(({ class_uid }) => class_uid)).toHaveLength(10);
  });
});

describe("who may export", () => {
  it("are auditors, and everybody what they did themselves; each export leaves one event, refused ones too", async () => {
    const before = await audit.eventsOf("audit.export");
    const nobody = { ...person(newId()), permissions: [] };
    expect((await exported("", nobody)).status).toBe(403);
    expect((await exported(`?user_id=${bob}`, nobody)).status).toBe(403);
    expect((await exported(`?user_id=${bob}`, person(bob))).status).toBe(200);
    expect((await exported("?until=2020-01-01T00:00:00Z&ip=192.0.2.1")).status).toBe(200);
    const events = (await audit.eventsOf("audit.export")).slice(before.length);
    expect(events.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ["denied", "PERMISSION_MISSING"],
      ["denied", "PERMISSION_MISSING"],
      ["success", null],
      ["success", null],
    ]);
    expect(events[3]?.metadata).toMatchObject({ format: "ndjson", filter: { ip: true } });
  });

  it("is told what is wrong with a question, and gets no half of an answer", async () => {
    const { status, body } = await exported("?format=xml&user=x&since=yesterday&first=3");
    expect(status).toBe(400);
    const [error] = (JSON.parse(body) as { errors: { extensions: { reason: string; fields: { path: string }[] } }[] })
      .errors;
    expect(error?.extensions.reason).toBe("INVALID_INPUT");
    expect(error?.extensions.fields.map(({ path }) => path).sort()).toEqual(["first", "format", "since", "user"]);
    const unknown = await exported("?actions=auth.lgoin");
    expect(unknown.status).toBe(400);
    expect(unknown.body).toContain("auth.login");
  });
});

it("what was erased is in no export, and the rest proves", async () => {
  const other = await runningAudit();
  try {
    await other.outboxes.write("users", [
      anEvent({ entity_type: "User", entity_id: ada, changes: [{ field: "bio", before: null, after: "Countess" }] }),
      anEvent({ user_id: bob, actor_label: "bob@example.com" }),
    ]);
    await other.erase(ada);
    await other.sealer.sealAll();
    const response = await other.getAs(auditor, "/audit/export");
    expect(response.body).not.toMatch(/Countess|ada@/);
    expect(response.body).toContain("bob@example.com");
    expect(await verifyExport(() => asLines(response.body), {})).toMatchObject({ status: "proven" });
  } finally {
    await other.close();
  }
});
