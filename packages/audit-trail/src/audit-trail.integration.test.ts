import { SystemError } from "@supergraph/errors";
import { Database } from "@supergraph/persistence";
import { createLog, runInRequest } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent } from "./audit-event.js";
import { AuditTrail } from "./audit-trail.js";

const userId = "01990000-0000-7000-8000-000000000001";
const identity = {
  caller: { sub: userId, email: "ada@example.com", roles: [], permissions: [], client: "user" as const },
  request: { ip: "127.0.0.1", userAgent: "x".repeat(2_000), operationName: "Test" },
};
const attempt = { action: "thing.change", identity, path: "changeThing" };

describe("the audit trail", () => {
  let disposable: DisposableDatabase;
  let owner: Database;
  let database: Database;
  let audit: AuditTrail;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    owner = new Database({ url: disposable.ownerUrl, schema: "users" });
    database = new Database({ url: disposable.url("users"), schema: "users" });
    audit = new AuditTrail("users", database, createLog("users", "silent"));
  });
  beforeEach(async () => {
    await owner.run((query) => query("audit_outbox").delete());
    await owner.run((query) => query("person").delete());
  });
  afterAll(async () => {
    await database.close();
    await owner.close();
    await disposable.drop();
  });

  const events = () => owner.run((query) => query<AuditEvent>("audit_outbox").orderBy("id").select("*"));
  const people = () => owner.run((query) => query("person").pluck<string[]>("email"));
  const insertPerson = () =>
    database.run((query) =>
      query("person").insert({
        id: userId,
        email: "ada@example.com",
        first_name: "A",
        last_name: "L",
        display_name: "AL",
      }),
    );

  it("keeps of what a client wrote no more than an index of the log can take", async () => {
    const long = "\u{10ffff}".repeat(100_000);
    const request = { userAgent: long, operationName: long };
    const details = { target: { type: "Thing", id: long, label: long } };
    const refused = { action: "thing.read", identity: { ...identity, request }, path: long, details };
    await audit.recordDenial(refused, new SystemError("PERMISSION_MISSING"));
    const [event] = await events();
    for (const column of ["entity_id", "entity_label", "user_agent", "operation_name", "path"] as const) {
      expect(event?.[column]).toHaveLength(512);
    }
  });

  it("stores a success with the change that it describes", async () => {
    await runInRequest({ requestId: "r-1", responseHeaders: {} }, () =>
      audit.attempt(attempt, async () => {
        await insertPerson();
        audit.describe({ target: { type: "Thing", id: "t", label: "T", version: 3 }, metadata: { a: 1 } });
        audit.describe({ changes: [{ field: "f", before: 1, after: { b: [2] } }], metadata: { c: 2 } });
      }),
    );
    expect(await people()).toEqual(["ada@example.com"]);
    expect(await events()).toMatchObject([
      {
        action: "thing.change",
        outcome: "success",
        reason: null,
        user_id: userId,
        actor_type: "user",
        actor_label: "ada@example.com",
        entity_id: "t",
        entity_type: "Thing",
        entity_version: 3,
        changes: [{ field: "f", before: 1, after: { b: [2] } }],
        metadata: { a: 1, c: 2 },
        request_id: "r-1",
        user_agent: "x".repeat(512),
        path: "changeThing",
      },
    ]);
  });

  it.each([
    ["denied", new SystemError("PERMISSION_MISSING"), "PERMISSION_MISSING"],
    ["denied", new SystemError("SIGN_IN_REQUIRED"), "SIGN_IN_REQUIRED"],
    ["failure", new SystemError("STALE_VERSION"), "STALE_VERSION"],
    ["failure", new SystemError("INVALID_CREDENTIALS"), "INVALID_CREDENTIALS"],
    ["failure", new Error("a bug"), "UNEXPECTED"],
  ])("stores a %s alone, without the change: %s", async (outcome, error, reason) => {
    const failing = audit.attempt(attempt, async () => {
      await insertPerson();
      audit.describe({ changes: [{ field: "f", before: 1, after: 2 }] });
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(await people()).toEqual([]);
    expect(await events()).toMatchObject([{ outcome, reason, changes: [] }]);
  });

  it("lets no change stand whose event can't be stored", async () => {
    await owner.run((query) => query.raw("alter table audit_outbox rename to audit_outbox_away"));
    const failing = audit.attempt(attempt, insertPerson);
    await expect(failing).rejects.toMatchObject({ reason: "SERVICE_OUT_OF_REACH" });
    await owner.run((query) => query.raw("alter table audit_outbox_away rename to audit_outbox"));
    expect(await people()).toEqual([]);
    expect(await events()).toEqual([]);
  });

  it("stores no success of a change whose commit fails, but its failure", async () => {
    await owner.run((query) =>
      query.raw(`create table parent (id int primary key);
        create table child (id int references parent deferrable initially deferred);
        grant insert on child to public`),
    );
    const failing = audit.attempt(attempt, () => database.run((query) => query("child").insert({ id: 1 })));
    await expect(failing).rejects.toMatchObject({ code: "23503" });
    expect(await events()).toMatchObject([{ outcome: "failure", reason: "UNEXPECTED" }]);
  });

  it("keeps what attempts at the same time say of themselves apart", async () => {
    await Promise.all(
      ["a", "b", "c"].map((id) =>
        audit.attempt(attempt, async () => {
          await Promise.resolve();
          audit.describe({ target: { type: "Thing", id } });
        }),
      ),
    );
    expect((await events()).map(({ entity_id }) => entity_id).sort()).toEqual(["a", "b", "c"]);
  });
});
