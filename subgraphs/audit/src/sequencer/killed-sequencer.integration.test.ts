import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Database } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { auditPartsOver, testKey } from "../fixtures/audit-parts.fixture.js";
import { anEvent, outboxesOf, sealedLog } from "../fixtures/audit-log.fixture.js";
import { writersInto } from "./writers.fixture.js";

const KILLS = 6;
const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const running = new Set<ChildProcess>();

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let audit: Database;

beforeAll(async () => {
  if (!existsSync(main)) throw new Error("The service is not built: npm run build");
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  audit = outboxes.database("audit");
});

afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await outboxes.close();
  await database.drop();
});

/** The audit service as a process of its own; resolves once it has begun to seal. */
async function startService(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main], {
    env: {
      NODE_ENV: "test",
      PORT: "0",
      DATABASE_URL: database.url("audit"),
      AUDIT_KEY_ENCRYPTION_KEY: testKey,
      GATEWAY_SECRET: "a secret that only this test knows, long enough",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      if (String(chunk).includes("listening")) resolve();
    });
    child.once("exit", () => {
      reject(new Error("The service ended before it listened"));
    });
  });
  return child;
}

async function countSealed(): Promise<number> {
  const [counted] = await audit.run((query) => query("event").count<{ count: string }[]>("*"));
  return Number(counted?.count);
}

/** What a reader of the log sees: nothing twice, whether it is sealed or waits in an outbox. */
async function seenTwice(): Promise<number> {
  const [counted] = await audit.run((query) =>
    query("known_event").select<{ twice: string }[]>(query.raw("count(*) - count(distinct id) as twice")),
  );
  return Number(counted?.twice);
}

it("a sequencer that is killed again and again loses no committed event, seals none twice and leaves no gap", async () => {
  const writers = writersInto(outboxes);
  const sealedByTheKilled: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await countSealed();
    const service = await startService();
    // It begins on what was written while it was down: it is killed in the middle of that, or once some of it is sealed.
    if (kill % 2 === 0) await pause(Math.random() * 200);
    else while ((await countSealed()) === before) await pause(20);
    service.kill("SIGKILL");
    await once(service, "exit");
    sealedByTheKilled.push((await countSealed()) - before);
    expect(await seenTwice()).toBe(0);
  }
  const committed = await writers.stop();
  const { sealer } = await auditPartsOver(audit);
  // The last one's transaction may still hold the lead: its server process has yet to see that the client has gone.
  for (let sealed: number | undefined; sealed !== 0;) sealed = await sealer.sealOldest(1_000);

  const { ids, leafIndexes } = await sealedLog(audit);
  expect(Math.max(...sealedByTheKilled)).toBeGreaterThan(0);
  expect(leafIndexes).toEqual(Array.from({ length: committed.length }, (_, index) => index));
  expect([...ids].sort()).toEqual([...committed].sort());
}, 90_000);

/** Whether somebody has the lead and is held up in the middle of a batch. */
async function isHeldUp(): Promise<boolean> {
  const { rows } = await audit.run((query) =>
    query.raw<{ rows: unknown[] }>(`
      select from pg_locks as lead join pg_locks as waiting using (pid)
      where lead.locktype = 'advisory' and lead.granted and not waiting.granted
        and lead.database = (select oid from pg_database where datname = current_database())`),
  );
  return rows.length > 0;
}

it("a stand-by takes over within 5 s of a kill -9 that meets the leader in the middle of a batch", async () => {
  await outboxes.write("users", [anEvent(), anEvent()]);
  const before = await countSealed();
  const held = await audit.run((query) => query.transaction());
  await held.raw("select from audit.tree for update");
  const leader = await startService();
  while (!(await isHeldUp())) await pause(20);
  const standby = await startService();
  await pause(1_500);
  leader.kill("SIGKILL");
  const killed = performance.now();
  await held.rollback();
  expect(await countSealed()).toBe(before);

  while ((await countSealed()) < before + 2) await pause(20);
  expect(performance.now() - killed).toBeLessThan(5_000);
  standby.kill("SIGTERM");
  await once(standby, "exit");
}, 60_000);

it("a service that is asked to stop finishes its batch and exits 0", async () => {
  const service = await startService();
  service.kill("SIGTERM");
  expect(await once(service, "exit")).toEqual([0, null]);
});
