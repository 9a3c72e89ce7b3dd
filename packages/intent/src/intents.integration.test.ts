import { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { Database, newId } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Intents } from "./intents.js";

const userId = newId();
const identity = { caller: { sub: userId, roles: [], permissions: [], client: "user" as const }, request: {} };
const log = createLog("users", "silent");

let disposable: DisposableDatabase;
let owner: Database;
let replicas: Replica[];

/** A process that knows one kind of each: its steps note that they ran, and do what the test says. */
class Replica {
  readonly database = new Database({ url: disposable.url("users"), schema: "users" });
  readonly audit = new AuditTrail("users", this.database, log);
  readonly intents = new Intents(this.database, this.audit, log);
  ran = 0;
  undone = 0;
  steps = (): Promise<void> => Promise.resolve();
  readonly complete = this.intents.completing("change", async () => {
    this.ran++;
    await this.steps();
  });
  readonly create = this.intents.undoing("create", () => {
    this.undone++;
    return Promise.resolve();
  });

  attempt(work: () => Promise<void>): Promise<void> {
    return this.audit.attempt({ action: "user.change", identity, path: "change" }, work);
  }
}

beforeAll(async () => {
  disposable = await disposableDatabase();
  owner = new Database({ url: disposable.ownerUrl, schema: "users" });
});
beforeEach(async () => {
  for (const table of ["intent", "audit_outbox"]) await owner.run((query) => query(table).delete());
  replicas = [new Replica(), new Replica()];
});
afterAll(async () => {
  await owner.close();
  await disposable.drop();
});

const [first, second] = [() => replicas[0] as Replica, () => replicas[1] as Replica];
const rows = (table: string) =>
  owner.run((query) => query(table).select<{ outcome: string; reason: string | null }[]>("*"));
/** As if what is recorded from now on, or stands there, was recorded long ago. */
const longAgo = async () => {
  await owner.run((query) => query("intent").update({ started_at: query.raw("now() - interval '1 hour'") }));
  await owner.run((query) =>
    query.raw("alter table intent alter column started_at set default now() - interval '1 hour'"),
  );
};
const unreachable = () => Promise.reject(new SystemError("SERVICE_OUT_OF_REACH"));

it("what can't be completed is told, leaves no event, and is completed once by whichever replica comes first", async () => {
  first().steps = unreachable;
  await expect(first().attempt(() => first().complete(userId, {}))).rejects.toThrow("will be completed");
  expect(await rows("audit_outbox")).toEqual([]);
  await longAgo();
  await Promise.all([first().intents.finishAbandoned(), second().intents.finishAbandoned()]);
  await second().intents.finishAbandoned();
  expect(second().ran).toBe(1);
  expect(await rows("intent")).toEqual([]);
  expect(await rows("audit_outbox")).toMatchObject([{ outcome: "success", user_id: userId }]);
});

it("what is being carried out is left alone, however long that takes", async () => {
  await longAgo();
  first().steps = () => second().intents.finishAbandoned();
  await first().attempt(() => first().complete(userId, {}));
  await first().attempt(() => first().create(userId, () => second().intents.finishAbandoned()));
  expect([second().ran, second().undone, first().undone]).toEqual([0, 0, 0]);
  expect(await rows("audit_outbox")).toHaveLength(2);
});

it("who comes back to find their intent completed by another is told so, and leaves no second event", async () => {
  await longAgo();
  // Between the intent and its lock: the process stands still while another completes it.
  const insert = first().database.independently.bind(first().database);
  first().database.independently = async (work) => {
    const result = await insert(work);
    await second().intents.finishAbandoned();
    return result;
  };
  await expect(first().attempt(() => first().complete(userId, {}))).rejects.toMatchObject({ reason: "TOOK_TOO_LONG" });
  expect([first().ran, second().ran]).toEqual([0, 1]);
  expect(await rows("audit_outbox")).toMatchObject([{ outcome: "success" }]);
});

it("what is refused leaves one failure and no intent: at once, or when it is completed later", async () => {
  const refuse = () => Promise.reject(new SystemError("LAST_ADMINISTRATOR"));
  first().steps = refuse;
  await expect(first().attempt(() => first().complete(userId, {}))).rejects.toMatchObject({
    reason: "LAST_ADMINISTRATOR",
  });
  expect(await rows("intent")).toEqual([]);
  first().steps = unreachable;
  await expect(first().attempt(() => first().complete(userId, {}))).rejects.toThrow();
  await longAgo();
  second().steps = refuse;
  await second().intents.finishAbandoned();
  expect(await rows("intent")).toEqual([]);
  const failure = { outcome: "failure", reason: "LAST_ADMINISTRATOR", user_id: userId };
  expect(await rows("audit_outbox")).toMatchObject([failure, failure]);
});
