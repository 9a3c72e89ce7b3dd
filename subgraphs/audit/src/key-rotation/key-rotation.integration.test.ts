import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openNote, parseVerifierKey } from "@supergraph/audit-proof";
import { newId } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditParts } from "../audit-parts.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { anEvent, outboxesOf } from "../fixtures/audit-log.fixture.js";
import { PersonKey } from "../personal/person-key.js";
import { KeyRotation } from "./key-rotation.js";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const before = { AUDIT_KEY_ENCRYPTION_KEY: oldKey };
const during = { AUDIT_KEY_ENCRYPTION_KEY: newKey, AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS: [oldKey] };
const after = { AUDIT_KEY_ENCRYPTION_KEY: newKey };

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
const partsWith = (settings: Parameters<typeof auditPartsOver>[1]) =>
  auditPartsOver(outboxes.database("audit"), settings);

beforeEach(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
});

afterEach(async () => {
  await outboxes.close();
  await database.drop();
});

const people = Array.from({ length: 40 }, (_, index) => ({ id: newId(), label: `person-${index}@example.com` }));
const eventsOfPeople = () =>
  people.map(({ id, label }, index) =>
    anEvent({ user_id: id, actor_label: label, ip: `192.0.2.${index}`, user_agent: "any browser" }),
  );

/** A log of 40 people, whose keys are wrapped by the old key. */
async function sealedByTheOld(): Promise<AuditParts> {
  const parts = await partsWith(before);
  await outboxes.write("dynamic", eventsOfPeople());
  await parts.sealer.sealAll();
  return parts;
}

/** Adds keys that belong to nobody in the log. */
async function addKeys({ values, keys }: AuditParts, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1_000) {
    const rows = Array.from({ length: Math.min(left, 1_000) }, () => keys.wrap(newId(), PersonKey.random()));
    await values.addKeys(rows);
  }
}

function rotationOf({ database, wrappedKeys, wrapping }: AuditParts, log = createLog("audit", "silent")) {
  return new KeyRotation({ database, stored: wrappedKeys, wrapping }, log);
}

async function rotate(parts: AuditParts): Promise<void> {
  const log = createLog("audit", "silent");
  const told = vi.spyOn(log, "info");
  const rotation = rotationOf(parts, log);
  rotation.start();
  await expect.poll(() => told.mock.calls.length, { timeout: 20_000 }).toBe(1);
  await rotation.stop();
}

/** What stands in the log, and where: a row that was written anew would stand elsewhere. */
async function eventsAsStored(): Promise<unknown> {
  const { rows } = await outboxes
    .database("audit")
    .run((query) =>
      query.raw<{ rows: unknown[] }>(
        "select tableoid::regclass::text, ctid::text, xmin::text, md5(event::text) from event order by leaf_index",
      ),
    );
  return rows;
}

describe("when the wrapping key is rotated", () => {
  it("everything reads, seals and signs without the old key afterwards, and no event was touched", async () => {
    const old = await sealedByTheOld();
    const stored = await eventsAsStored();
    await rotate(await partsWith(during));
    expect(await eventsAsStored()).toEqual(stored);

    const parts = await partsWith(after);
    expect(parts.signer.verifierKey).toBe(old.signer.verifierKey);
    await outboxes.write("dynamic", eventsOfPeople());
    await parts.sealer.sealAll();
    await parts.checkpointer.signWhenDue(await parts.tree.head(), new Date(Date.now() + 60_000));
    const last = await parts.checkpoints.last();
    expect(last?.tree_size).toBe("80");
    openNote(last?.note ?? "", [parseVerifierKey(old.signer.verifierKey)]);
    for (const { id, label } of people) {
      const { events } = await parts.people.eventsOf(id);
      expect(events.map(({ actor, userAgent }) => [actor.label, userAgent])).toEqual([
        [label, "any browser"],
        [label, "any browser"],
      ]);
    }
    const [found] = await parts.values.tokensOfIp(parts.secrets.ipToken("192.0.2.7"));
    expect(found).toBeDefined();
  });

  it("several replicas share the work, and each key is wrapped once", async () => {
    await addKeys(await sealedByTheOld(), 3_000);
    const replicas = await Promise.all([partsWith(during), partsWith(during), partsWith(during)]);
    const counts = await Promise.all(
      replicas.map(async (parts) => {
        const log = createLog("audit", "silent");
        const told = vi.spyOn(log, "info");
        const rotation = rotationOf(parts, log);
        rotation.start();
        await expect.poll(() => told.mock.calls.length, { timeout: 20_000 }).toBe(1);
        await rotation.stop();
        const [[fields, words] = []] = told.mock.calls as unknown as [{ count: number }, string][];
        expect(words).toContain("AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS may go");
        return fields?.count ?? 0;
      }),
    );
    // Those of the 40, of who is known by nothing, and the service's own three.
    const [{ wrapping }] = replicas;
    const keys = await countOf("person_key");
    expect(counts.reduce((sum, count) => sum + count)).toBe(keys + 3);
    expect(await replicas[0].wrappedKeys.wrappingKeys()).toEqual([wrapping.current]);
  });

  it("the key of who is erased meanwhile does not come back", async () => {
    await addKeys(await sealedByTheOld(), 2_000);
    const parts = await partsWith(during);
    const rotation = rotationOf(parts);
    rotation.start();
    await Promise.all(people.slice(0, 20).map(({ id }) => parts.people.erase(id, [])));
    await rotation.stop();
    await rotate(parts);
    const rest = await partsWith(after);
    for (const { id } of people.slice(0, 20)) expect(await rest.values.keysOf([id])).toEqual([]);
    for (const { id, label } of people.slice(20))
      expect((await rest.people.eventsOf(id)).events[0]?.actor.label).toBe(label);
  });

  it("what was read before an erasure is not written after it", async () => {
    const parts = await sealedByTheOld();
    const { wrapping, wrappedKeys, database: own } = await partsWith(during);
    const [key] = await own.unitOfWork(() => wrappedKeys.lockWrappedBy("person_key", wrapping.previous, 1));
    if (!key) throw new Error("There is no key");
    await parts.people.erase(key.id, []);
    const again = wrapping.wrap(randomBytes(32), "any");
    await wrappedKeys.rewrap("person_key", [{ before: key, after: again }]);
    expect(await parts.values.keysOf([key.id])).toEqual([]);
  });

  it("a service that is killed in the middle goes on with the rest when it starts again", async () => {
    if (!existsSync(main)) throw new Error("The service is not built: npm run build");
    const parts = await sealedByTheOld();
    await addKeys(parts, 10_000);
    const left = async () => {
      const { rows } = await parts.database.run((query) =>
        query.raw<{ rows: { left: number }[] }>("select count(*)::int as left from person_key where wrapping_key = ?", [
          parts.wrapping.current,
        ]),
      );
      return rows[0]?.left ?? 0;
    };
    const all = await left();
    const killed = await startedService(during);
    await expect.poll(left, { interval: 5, timeout: 20_000 }).toBeLessThan(all);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    expect(await left()).toBeGreaterThan(0);

    const again = await startedService(during);
    let output = "";
    again.stdout?.on("data", (chunk) => (output += String(chunk)));
    await expect.poll(() => output, { timeout: 30_000 }).toContain("AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS may go");
    expect(await left()).toBe(0);
    again.kill("SIGTERM");
    expect(await once(again, "exit")).toEqual([0, null]);
    const rest = await partsWith(after);
    expect((await rest.people.eventsOf(people[0]?.id ?? "")).events).toHaveLength(1);
  }, 90_000);
});

describe("the service refuses to start", () => {
  it("with a key that it has replaced missing, and names that and the setting, for people's keys alone too", async () => {
    const { wrapping } = await sealedByTheOld();
    const words = `wrapped by the key ${wrapping.current}, which is neither AUDIT_KEY_ENCRYPTION_KEY nor one of AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS`;
    await expect(partsWith(after)).rejects.toThrow(words);
    const parts = await partsWith(during);
    while ((await rotationOf(parts).rewrapSome("secret")) > 0);
    await rotationOf(parts).rewrapSome("person_key", 39);
    await expect(partsWith(after)).rejects.toThrow(words);
    await expect(partsWith({ AUDIT_KEY_ENCRYPTION_KEY: randomBytes(32) })).rejects.toThrow(
      "which is neither AUDIT_KEY_ENCRYPTION_KEY",
    );
  });

  it("under another origin than the log's checkpoints were signed with, and names both", async () => {
    await sealedByTheOld();
    await expect(partsWith({ ...before, AUDIT_LOG_ORIGIN: "example.com/other" })).rejects.toThrow(
      /AUDIT_LOG_ORIGIN is example\.com\/other, but the log's checkpoints are signed as supergraph\/audit/,
    );
  });

  it("and says why as its last word", async () => {
    await sealedByTheOld();
    const child = spawnService(after);
    let output = "";
    child.stdout?.on("data", (chunk) => (output += String(chunk)));
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(output).toContain("which is neither AUDIT_KEY_ENCRYPTION_KEY");
  });
});

it("looks the wrapping keys up in the index, however many people there are", async () => {
  const parts = await sealedByTheOld();
  await addKeys(parts, 5_000);
  await addKeys(await partsWith(during), 5_000);
  const seen: string[] = [];
  const stop = parts.database.onStatement((sql) => seen.push(sql));
  expect(await parts.wrappedKeys.wrappingKeys()).toHaveLength(2);
  stop();
  const { rows } = await parts.database.run((query) =>
    query.raw<{ rows: Record<string, string>[] }>(`explain (analyze, buffers, costs off) ${seen[0]}`),
  );
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("person_key_wrapping");
  expect(plan).not.toContain("Seq Scan on person_key");
});

async function countOf(table: string): Promise<number> {
  const [counted] = await outboxes.database("audit").run((query) => query(table).count<{ count: string }[]>("*"));
  return Number(counted?.count);
}

function spawnService(settings: typeof after & { AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS?: Buffer[] }): ChildProcess {
  return spawn(process.execPath, [main], {
    env: {
      NODE_ENV: "test",
      PORT: "0",
      DATABASE_URL: database.url("audit"),
      AUDIT_KEY_ENCRYPTION_KEY: settings.AUDIT_KEY_ENCRYPTION_KEY.toString("base64"),
      AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS: (settings.AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS ?? [])
        .map((key) => key.toString("base64"))
        .join(","),
      GATEWAY_SECRET: "a secret that only this test knows, long enough",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Resolves as soon as it has begun. */
async function startedService(settings: typeof during): Promise<ChildProcess> {
  const child = spawnService(settings);
  await once(child, "spawn");
  return child;
}
