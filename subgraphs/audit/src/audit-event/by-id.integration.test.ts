import { randomUUID } from "node:crypto";
import { newId } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditParts } from "../audit-parts.js";
import { ada, anEvent, bob, outboxesOf } from "../fixtures/audit-log.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";

/** UUIDv7 of 2022-02-22 (RFC 9562, appendix A.6). */
const idOf2022 = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
const ids = { ofNow: newId(), of2022: idOf2022, thatTellsNothing: randomUUID() };

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let parts: AuditParts;
let statements: string[];

beforeAll(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  const audit = outboxes.database("audit");
  parts = await auditPartsOver(audit);
  const occurred_at = new Date().toISOString();
  await outboxes.write(
    "users",
    Object.values(ids).map((id) => anEvent({ id, occurred_at, user_id: ada })),
  );
  audit.onStatement((sql) => statements.push(sql));
});
afterAll(async () => {
  await outboxes.close();
  await database.drop();
});

const found = async (asked: string[], scope: Parameters<typeof parts.events.byIds>[1] = "all") => {
  statements = [];
  const rows = await parts.events.byIds(asked, scope);
  return {
    ids: rows.map(({ id }) => id).sort(),
    looks: statements.filter((sql) => sql.includes("known_event")).length,
  };
};

it.each(["waiting", "sealed"])(
  "%s events are found by their ids, whatever these tell of when they happened",
  async (state) => {
    if (state === "sealed") await parts.sealer.sealAll();
    expect(await found([ids.ofNow])).toEqual({ ids: [ids.ofNow], looks: 1 });
    expect(await found([ids.of2022])).toEqual({ ids: [ids.of2022], looks: 2 });
    expect(await found([ids.thatTellsNothing])).toMatchObject({ ids: [ids.thatTellsNothing] });
    expect((await found([...Object.values(ids), newId()])).ids).toEqual(Object.values(ids).sort());
    expect((await found([ids.ofNow.toUpperCase(), ids.of2022.toUpperCase()])).ids).toEqual(
      [ids.ofNow, ids.of2022].sort(),
    );
    expect((await found(Object.values(ids), { actorId: bob })).ids).toEqual([]);
    expect((await found([])).ids).toEqual([]);
  },
);
