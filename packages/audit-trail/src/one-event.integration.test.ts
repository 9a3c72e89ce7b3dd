import { SystemError } from "@supergraph/errors";
import { Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent } from "./audit-event.js";
import { AuditTrail, EventNotStored } from "./audit-trail.js";
import { cutAtCommit } from "./cut-connection.fixture.js";

const attempt = { action: "thing.change", identity: { caller: undefined, request: {} }, path: "changeThing" };

describe("the one event of an attempt", () => {
  let disposable: DisposableDatabase;
  let owner: Database;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    owner = new Database({ url: disposable.ownerUrl, schema: "users" });
  });
  beforeEach(async () => {
    await owner.run((query) => query("audit_outbox").delete());
    await owner.run((query) => query("undone").delete());
  });
  afterAll(async () => {
    await owner.close();
    await disposable.drop();
  });

  const outcomes = () =>
    owner.run((query) => query<AuditEvent>("audit_outbox").orderBy("id").pluck<string[]>("outcome"));
  const changes = () => owner.run((query) => query("undone").pluck<string[]>("id"));
  const id = "01990000-0000-7000-8000-000000000001";
  const change = (database: Database) => database.run((query) => query("undone").insert({ id }));

  it("is the success of a change that stands, when what followed the commit fails", async () => {
    const database = new Database({ url: disposable.url("users"), schema: "users" });
    const audit = new AuditTrail("users", database, createLog("users", "silent"));
    const failing = audit.attempt(attempt, async () => {
      await change(database);
      await database.afterCommit(() => Promise.reject(new Error("too late")));
    });
    await expect(failing).rejects.toThrow("too late");
    expect([await changes(), await outcomes()]).toEqual([[id], ["success"]]);
    await database.close();
  });

  describe.each([
    ["waits for each answer", false],
    ["sends the event together with COMMIT", true],
  ])("over a connection that %s", (_, isPipelined) => {
    it.each([
      ["the success of a change that stands, when the answer to COMMIT was lost", "answer", [id], "success"],
      ["the failure of one that doesn't, when COMMIT itself was lost", "commit", [], "failure"],
    ] as const)("is %s", async (_, lost, changed, outcome) => {
      const cut = await cutAtCommit(disposable.url("users"), lost);
      const database = new Database({ url: cut.url, schema: "users", isPipelined });
      const audit = new AuditTrail("users", database, createLog("users", "silent"));
      await expect(audit.attempt(attempt, () => change(database))).rejects.toThrow();
      expect([await changes(), await outcomes()]).toEqual([changed, [outcome]]);
      await database.close();
      await cut.close();
    });
  });

  it("is none of a read that is to be omitted, whether it succeeds or fails", async () => {
    const database = new Database({ url: disposable.url("users"), schema: "users" });
    const audit = new AuditTrail("users", database, createLog("users", "silent"));
    await audit.read(attempt, () => Promise.resolve(audit.omit()));
    const failing = audit.read(attempt, () => {
      audit.omit();
      return Promise.reject(new SystemError("INVALID_CURSOR"));
    });
    await expect(failing).rejects.toThrow();
    expect(await outcomes()).toEqual([]);
    await database.close();
  });

  it("is stored before anybody has what was read", async () => {
    const database = new Database({ url: disposable.url("users"), schema: "users" });
    const audit = new AuditTrail("users", database, createLog("users", "silent"));
    expect(await audit.read(attempt, () => Promise.resolve(7))).toBe(7);
    await expect(audit.read(attempt, () => Promise.reject(new SystemError("INVALID_PAGE")))).rejects.toThrow();
    expect(await outcomes()).toEqual(["success", "failure"]);
    await database.close();
    await expect(audit.read(attempt, () => Promise.resolve(7))).rejects.toBeInstanceOf(EventNotStored);
  });

  it("is missed by whoever asked: an error of its own says that it could not be stored", async () => {
    const database = new Database({ url: disposable.url("users"), schema: "users" });
    const audit = new AuditTrail("users", database, createLog("users", "silent"));
    await database.close();
    await expect(audit.recordFailures([attempt], "INVALID_INPUT")).rejects.toBeInstanceOf(EventNotStored);
  });
});
