import type { AuditEvent } from "@supergraph/audit-trail";
import { newId } from "@supergraph/persistence";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ada, anEvent, bob } from "../fixtures/audit-log.fixture.js";
import { runningAudit } from "../fixtures/running-audit.fixture.js";

const READ = `query ($filter: AuditEventFilter) { auditEvents(filter: $filter, order: OLDEST_FIRST, first: 100) { nodes {
  id leafIndex action reason actor { id label } target { id label } changes { field before after redacted } ip userAgent
} } }`;

interface ReadEvent {
  id: string;
  leafIndex: number | null;
  reason: string | null;
  actor: { id: string | null; label: string | null };
  target: { id: string; label: string | null } | null;
  changes: { field: string; before: unknown; after: unknown; redacted: boolean }[];
  ip: string | null;
  userAgent: string | null;
}

const adas = { ip: "198.51.100.7", user_agent: "Ada's browser", actor_label: "Ada@Lovelace.example" };
const bobs = { user_id: bob, ip: "203.0.113.9", user_agent: "Bob's browser", actor_label: "bob@example.com" };
const ofAda = { entity_type: "User", entity_id: ada, entity_label: "Ada@Lovelace.example" };
const nothingOfAda = /lovelace|198\.51\.100\.7|Ada's browser|Countess/i;

let audit: Awaited<ReturnType<typeof runningAudit>>;
let seal: () => Promise<unknown>;

beforeEach(async () => {
  audit = await runningAudit();
  seal = () => audit.sealer.sealOldest(1_000);
});
afterEach(() => audit.close());

async function found(filter: object = {}): Promise<ReadEvent[]> {
  const { data, reasons } = await audit.auditor(READ, { filter });
  expect(reasons).toEqual([]);
  return (data?.auditEvents as unknown as { nodes: ReadEvent[] }).nodes;
}

async function write(...events: Partial<AuditEvent>[]): Promise<AuditEvent[]> {
  const first = Date.now();
  const written = events.map((event, index) =>
    anEvent({ ...adas, occurred_at: new Date(first + index).toISOString(), ...event }),
  );
  for (const event of written) await audit.outboxes.write("users", [event]);
  return written;
}

/** All that the owner finds in the audit schema and the outboxes. */
async function everything(): Promise<string> {
  const tables = [
    "audit.event",
    "audit.personal_text",
    "audit.person_key",
    "audit.erased_person",
    "users.audit_outbox",
  ];
  const rows = await Promise.all(
    tables.map((table) => audit.outboxes.database("audit").run((query) => query.select("*").from(table))),
  );
  return JSON.stringify(rows);
}

describe("before a person is erased", () => {
  it("a sealed event is read whole, and found by address and by text", async () => {
    const [event] = await write({
      ...ofAda,
      action: "user.update",
      changes: [{ field: "bio", before: null, after: "Countess" }],
    });
    const [waiting] = await found();
    await seal();
    const [sealed] = await found();
    expect(sealed).toEqual({ ...waiting, leafIndex: 0 });
    expect(sealed).toMatchObject({
      id: event?.id,
      actor: { label: adas.actor_label },
      target: { label: ofAda.entity_label },
      changes: [{ field: "bio", before: null, after: "Countess", redacted: false }],
      ip: adas.ip,
      userAgent: adas.user_agent,
    });
    for (const filter of [{ ip: adas.ip }, { text: "LOVELACE" }, { ip: adas.ip, text: "lovelace", userId: ada }]) {
      expect(await found(filter)).toEqual([sealed]);
    }
    expect(await found({ ip: bobs.ip })).toEqual([]);
  });

  it("no table holds a value of theirs in plain", async () => {
    await write({ ...ofAda, reason: "Countess", changes: [{ field: "bio", before: null, after: "Countess" }] });
    await seal();
    expect(await everything()).not.toMatch(nothingOfAda);
  });
});

describe("after a person is erased", () => {
  it("their events are there, each at its place, without a value of theirs", async () => {
    const written = await write(
      {},
      { ...ofAda, action: "auth.login" },
      { ...ofAda, action: "user.update", changes: [{ field: "bio", before: "", after: "Countess" }] },
      { ...bobs, ...ofAda, action: "user.suspend", reason: "The Countess asked for it" },
      { ...bobs, ...ofAda, action: "user.delete", outcome: "denied", reason: "PERMISSION_MISSING", changes: [] },
      { ...bobs, entity_type: "ApiKey", entity_label: "The Countess's key", metadata: { userId: ada } },
    );
    await seal();
    expect((await audit.erase(ada.toUpperCase())).statusCode).toBe(204);
    const events = await found();
    expect(events.map(({ id, leafIndex }) => [id, leafIndex])).toEqual(written.map(({ id }, index) => [id, index]));
    expect(JSON.stringify(events)).not.toMatch(nothingOfAda);
    expect(events[2]).toMatchObject({
      actor: { id: ada, label: null },
      target: { id: ada, label: null },
      changes: [{ field: "bio", before: null, after: null, redacted: true }],
      ip: null,
      userAgent: null,
    });
    expect(await everything()).not.toMatch(nothingOfAda);
    for (const filter of [{ ip: adas.ip }, { text: "lovelace" }]) expect(await found(filter)).toEqual([]);
  });

  it("what belongs to others stays: who did it to them, from where, and why it was refused", async () => {
    await write(
      { ...bobs, ...ofAda, action: "user.suspend", reason: "The Countess asked for it" },
      { ...bobs, ...ofAda, action: "user.delete", outcome: "denied", reason: "PERMISSION_MISSING", changes: [] },
      { ...adas, entity_id: newId(), entity_label: "Lamp" },
      { ...adas, entity_type: "User", entity_id: bob, entity_label: "bob@example.com", reason: "I am Bob's boss" },
    );
    await seal();
    await audit.erase(ada);
    const [suspended, refused, lamp, ofBob] = await found();
    expect(suspended).toMatchObject({ actor: { id: bob, label: "bob@example.com" }, ip: bobs.ip, reason: null });
    expect(refused).toMatchObject({ reason: "PERMISSION_MISSING", userAgent: bobs.user_agent });
    expect(lamp).toMatchObject({
      target: { label: "Lamp" },
      changes: [{ field: "price", after: 12, redacted: false }],
    });
    expect(ofBob).toMatchObject({ target: { label: "bob@example.com" }, reason: "I am Bob's boss" });
    expect(await found({ ip: bobs.ip })).toEqual([suspended, refused]);
  });

  it("an event that waited in an outbox at that moment holds nothing of them", async () => {
    const [waiting] = await write({ ...ofAda, action: "user.update" });
    await audit.erase(ada);
    expect(await everything()).not.toMatch(nothingOfAda);
    expect(await found()).toMatchObject([{ id: waiting?.id, leafIndex: 0, actor: { id: ada, label: null } }]);
  });

  it("an event that is committed only then loses their values on its way into the log", async () => {
    await audit.outboxes.database("users").unitOfWork(async () => {
      await write({ ...ofAda, action: "user.update", changes: [{ field: "bio", before: "", after: "Countess" }] });
      await audit.erase(ada);
    });
    await write({ ...bobs, ...ofAda, action: "user.erase", reason: "The Countess asked for it" });
    await seal();
    expect(await everything()).not.toMatch(nothingOfAda);
    expect(await found()).toMatchObject([
      { leafIndex: 0, ip: null },
      { leafIndex: 1, ip: bobs.ip, reason: null },
    ]);
  });

  it("what was recorded of nobody known under an address of theirs is gone, and is recorded no more", async () => {
    const nobody = { user_id: null, actor_type: "anonymous", action: "auth.login", outcome: "failure" } as const;
    const emailChange = { field: "email", before: "old@lovelace.example", after: "Ada@Lovelace.example" };
    await write(
      { ...nobody, actor_label: "ADA@lovelace.example" },
      { ...nobody, actor_label: "old@lovelace.example" },
      { ...nobody, actor_label: "given@lovelace.example" },
      { ...nobody, actor_label: "else@example.com", ip: "192.0.2.1", user_agent: "curl" },
      { ...ofAda, action: "user.change-email", changes: [emailChange] },
    );
    await seal();
    await audit.erase(ada, ["Given@lovelace.example"]);
    await write({ ...nobody, actor_label: "old@LOVELACE.example" });
    await seal();
    expect(await everything()).not.toMatch(nothingOfAda);
    expect((await found()).map(({ actor, ip }) => [actor.label, ip])).toEqual([
      [null, null],
      [null, null],
      [null, null],
      ["else@example.com", "192.0.2.1"],
      [null, null],
      [null, null],
    ]);
  });

  it("the address of who impersonated them is the impersonator's, and goes with that one", async () => {
    await write({ ...bobs, user_id: ada, actor_label: adas.actor_label, impersonator_id: bob });
    await seal();
    await audit.erase(ada);
    expect(await found()).toMatchObject([{ actor: { id: ada, label: null }, ip: bobs.ip, userAgent: bobs.user_agent }]);
    await audit.erase(bob);
    expect(await found()).toMatchObject([{ ip: null, userAgent: null }]);
  });

  it("may be erased again, and nothing comes back", async () => {
    await write({ ...ofAda });
    await seal();
    expect((await audit.erase(ada, ["ada@lovelace.example"])).statusCode).toBe(204);
    const once = await found();
    expect((await audit.erase(ada, ["ada@lovelace.example"])).statusCode).toBe(204);
    expect(await found()).toEqual(once);
  });
});

it("erasing takes a person's id and a list of addresses, and a caller that is a service", async () => {
  expect((await audit.erase("ada")).json()).toMatchObject({ errors: [{ extensions: { reason: "INVALID_INPUT" } }] });
  expect((await audit.erase(ada, [1 as unknown as string])).statusCode).toBe(400);
  const url = `/internal/people/${ada}/erasure`;
  expect((await audit.app.inject({ method: "PUT", url, payload: { emails: [] } })).statusCode).toBe(401);
});

it("erasures and sealing at the same time lose no event and leave nothing of the erased", async () => {
  const people = Array.from({ length: 5 }, () => newId());
  let isWriting = true;
  const sealing = (async () => {
    while (isWriting) await seal();
  })();
  await Promise.all(
    people.map(async (id) => {
      for (let turn = 0; turn < 12; turn++) {
        await write({ user_id: id });
        if (turn === 6) await audit.erase(id);
      }
    }),
  );
  isWriting = false;
  await sealing;
  await seal();
  const events = await found();
  const leafIndexes = events.map(({ leafIndex }) => Number(leafIndex)).sort((a, b) => a - b);
  expect(leafIndexes).toEqual(Array.from({ length: 60 }, (_, index) => index));
  expect(await everything()).not.toMatch(nothingOfAda);
});

describe("what the log holds of a person", () => {
  const dataOf = async (query = "") =>
    (await audit.dataOf(ada, query)).json<{ events: (ReadEvent & { outcome: string })[]; next: string | null }>();

  it("is what they did and what concerns them, with no value of anybody else", async () => {
    const written = await write(
      {},
      { ...bobs, ...ofAda, action: "user.suspend", reason: "The Countess asked for it" },
      { ...bobs, entity_type: "User", entity_id: bob, entity_label: "bob@example.com" },
      { entity_type: "User", entity_id: bob, entity_label: "bob@example.com", reason: "Bob's own" },
      { ...bobs, ip: adas.ip, user_agent: adas.user_agent, impersonator_id: ada },
    );
    const { events, next } = await dataOf();
    expect(next).toBeNull();
    expect(events.map(({ id }) => id)).toEqual([0, 1, 3, 4].map((index) => written[index]?.id));
    expect(JSON.stringify(events)).not.toMatch(/bob@example|203\.0\.113\.9|Bob's/);
    expect(events[0]).toMatchObject({ actor: { label: adas.actor_label }, ip: adas.ip, target: { label: "Lamp" } });
    expect(events[1]).toMatchObject({ reason: "The Countess asked for it", target: { label: ofAda.entity_label } });
    expect(events[3]).toMatchObject({ ip: adas.ip, userAgent: adas.user_agent });
  });

  it("goes on after a leaf index", async () => {
    const written = await write({}, {}, {});
    expect((await dataOf("?after=1")).events.map(({ id }) => id)).toEqual([written[2]?.id]);
    expect((await audit.dataOf(ada, "?after=x")).statusCode).toBe(400);
  });
});

it("nobody may change what stands in the log, nor read what stands beside it", async () => {
  await write({ ...ofAda, impersonator_id: bob, changes: [{ field: "bio", before: null, after: "Countess" }] });
  await seal();
  const database = audit.outboxes.database("audit");
  const denied = { code: "42501" };
  const [part] = await database.run((query) =>
    query("event").select<{ name: string }[]>(query.raw("tableoid::regclass::text as name")),
  );
  const columns = { "audit.event": "action", [part?.name ?? ""]: "action", "audit.tile": "root" };
  for (const [table, column] of Object.entries({ ...columns, "audit.personal_text": "sealed" })) {
    await expect(database.run((query) => query.raw(`update ${table} set ${column} = null`))).rejects.toMatchObject(
      denied,
    );
  }
  for (const table of ["audit.event", part?.name ?? "", "audit.tile", "audit.checkpoint", "audit.tree"]) {
    await expect(database.run((query) => query.raw(`delete from ${table}`))).rejects.toMatchObject(denied);
  }
  for (const other of ["users", "auth", "dynamic"] as const) {
    for (const table of ["audit.event", "audit.personal_text", "audit.person_key", "audit.secret"]) {
      const read = audit.outboxes.database(other).run((query) => query.select("*").from(table));
      await expect(read).rejects.toMatchObject(denied);
    }
  }
});
