import { setTimeout as pause } from "node:timers/promises";
import { Database, newId } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEventRepository } from "../audit-event/audit-event.repository.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { anEvent, outboxesOf, sealedLog } from "../fixtures/audit-log.fixture.js";
import { Sequencer } from "./sequencer.js";
import type { Sealer } from "./sealer.js";
import { writersInto } from "./writers.fixture.js";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let audit: Database;
let sealer: Sealer;
let events: AuditEventRepository;

beforeEach(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  audit = outboxes.database("audit");
  ({ sealer, events } = await auditPartsOver(audit));
});

afterEach(async () => {
  await outboxes.close();
  await database.drop();
});

describe("sealing", () => {
  it("numbers the events of all outboxes from 0, by time, batch after batch", async () => {
    const moment = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
    const events = upTo(20).map((index) => anEvent({ occurred_at: moment(Math.floor(index / 2)) }));
    await outboxes.write("users", events.filter((_, index) => index % 4 === 0).reverse());
    await outboxes.write(
      "auth",
      events.filter((_, index) => index % 4 === 1),
    );
    await outboxes.write(
      "dynamic",
      events.filter((_, index) => index % 4 === 2),
    );
    await outboxes.write(
      "audit",
      events.filter((_, index) => index % 4 === 3),
    );
    expect(await sealer.sealOldest(7)).toBe(7);
    expect(await sealer.sealOldest(7)).toBe(7);
    expect(await sealer.sealOldest(7)).toBe(6);
    expect(await sealer.sealOldest(7)).toBe(0);
    expect(await sealedLog(audit)).toEqual({ ids: events.map(({ id }) => id), leafIndexes: upTo(20) });
  });

  it("takes every column of an event along, as it is", async () => {
    const event = anEvent({
      reason: "because",
      impersonator_id: newId(),
      metadata: { nested: { deep: [1, null] } },
      request_id: "a",
      trace_id: "b",
      span_id: "c",
      session_id: newId(),
      ip: "d",
      user_agent: "e",
      operation_name: "f",
    });
    await outboxes.write("auth", [event]);
    await sealer.sealOldest(10);
    const [row] = await events.reveal(await events.byIds([event.id], "all"));
    expect({ ...row, occurred_at: row?.occurred_at.toISOString() }).toMatchObject(event);
    expect(Object.values(event)).not.toContain(null);
    expect(row?.leaf_index).toBe("0");
    expect(row?.sealed_at).toBeInstanceOf(Date);
  });

  it("leaves what is not committed yet, and seals it afterwards", async () => {
    const [early, late] = [anEvent(), anEvent()];
    await outboxes.database("users").unitOfWork(async () => {
      await outboxes.write("users", [early]);
      await outboxes.write("dynamic", [late]);
      expect(await sealer.sealOldest(10)).toBe(1);
    });
    expect(await sealer.sealOldest(10)).toBe(1);
    expect((await sealedLog(audit)).ids).toEqual([late.id, early.id]);
  });

  it("is not done while another sequencer holds the lead, and changes nothing then", async () => {
    await outboxes.write("users", [anEvent()]);
    const other = new Database({ url: database.url("audit"), schema: "audit" });
    await other.unitOfWork(async () => {
      expect(await (await auditPartsOver(other)).sealer.sealOldest(0)).toBe(0);
      expect(await sealer.sealOldest(10)).toBeUndefined();
    });
    await other.close();
    expect(await sealer.sealOldest(10)).toBe(1);
  });

  it("that fails in the middle leaves every event in its outbox", async () => {
    const event = anEvent();
    await outboxes.write("users", [event]);
    await expect(
      audit.unitOfWork(async () => {
        expect(await sealer.sealOldest(10)).toBe(1);
        throw new Error("the process ended");
      }),
    ).rejects.toThrow("the process ended");
    expect((await sealedLog(audit)).ids).toEqual([]);
    expect(await sealer.sealOldest(10)).toBe(1);
    expect((await sealedLog(audit)).ids).toEqual([event.id]);
  });
});

describe("two sequencers at once", () => {
  it("never fork the log: every event that was committed is in it once, without a gap", async () => {
    const log = createLog("audit", "silent");
    const other = new Database({ url: database.url("audit"), schema: "audit" });
    const sealers = [sealer, (await auditPartsOver(other)).sealer];
    const sequencers = sealers.map((each) => new Sequencer(each, log));
    const writers = writersInto(outboxes);
    for (const sequencer of sequencers) sequencer.start();
    // And two that don't stand by, so that they meet at every batch.
    const eager = sealers.map(async (each) => {
      for (const end = Date.now() + 2_500; Date.now() < end;) await each.sealOldest(50);
    });
    await pause(2_500);
    const committed = await writers.stop();
    await Promise.all(eager);
    await Promise.all(sequencers.map((sequencer) => sequencer.stop()));
    while ((await sealer.sealOldest(1_000)) !== 0);
    await other.close();

    const { ids, leafIndexes } = await sealedLog(audit);
    expect(committed.length).toBeGreaterThan(100);
    expect(leafIndexes).toEqual(upTo(committed.length));
    expect([...ids].sort()).toEqual([...committed].sort());
  });
});
