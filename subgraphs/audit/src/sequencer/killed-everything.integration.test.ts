import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CompactRange } from "@supergraph/audit-proof";
import { Database } from "@supergraph/persistence";
import { killablePostgres, type KillablePostgres } from "@supergraph/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { auditPartsOver, testKey } from "../fixtures/audit-parts.fixture.js";
import type { WriterArguments } from "./killed-writer.fixture.js";

const KILLS = 20;
/** Changes that are committed between one kill and the next. */
const STRIDE = 100;
const WRITING = ["users", "auth", "dynamic", "users"] as const;
const WRITERS_EACH = 16;
const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
const service = built("main.js");

let postgres: KillablePostgres;
let owner: Database;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  if (!existsSync(service)) throw new Error("The service is not built: npm run build");
  postgres = await killablePostgres();
  owner = new Database({ url: postgres.ownerUrl, schema: "audit" });
  for (const schema of new Set(WRITING))
    await owner.run((query) => query.raw(`create table ${schema}.change (id uuid primary key)`));
}, 120_000);

afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await owner.close();
  await postgres.remove();
});

function start(script: string, environment: NodeJS.ProcessEnv, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], { env: environment, stdio: "ignore" });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

function startWriters(name: (typeof WRITING)[number]): ChildProcess {
  const given: WriterArguments = { service: name, url: postgres.url(name), writers: WRITERS_EACH };
  return start(built("sequencer/killed-writer.fixture.js"), {}, JSON.stringify(given));
}

function startSequencer(): ChildProcess {
  return start(service, {
    PORT: "0",
    DATABASE_URL: postgres.url("audit"),
    GATEWAY_SECRET: "a secret that only this test knows, long enough",
    AUDIT_KEY_ENCRYPTION_KEY: testKey,
    LOG_LEVEL: "fatal",
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function count(): Promise<{ changes: number; sealed: number }> {
  const changes = [...new Set(WRITING)].map((name) => `(select count(*)::int from ${name}.change)`).join(" + ");
  const { rows } = await owner.run((query) =>
    query.raw<{ rows: { changes: number; sealed: number }[] }>(
      `select ${changes} as changes, (select count(*)::int from audit.event) as sealed`,
    ),
  );
  return rows[0] ?? { changes: 0, sealed: 0 };
}

/** Until more was committed and more was sealed. */
async function someProgress(): Promise<void> {
  const before = await count();
  for (const end = Date.now() + 30_000; ; await pause(20 + Math.random() * 200)) {
    const now = await count();
    if (now.changes >= before.changes + STRIDE && now.sealed > before.sealed) return;
    if (Date.now() > end) throw new Error(`Nothing goes on: ${JSON.stringify({ before, now })}`);
  }
}

/** Kills what there is, one after another at random, and starts each again; PostgreSQL among them. */
async function killAtRandom(): Promise<Record<string, number>> {
  const kills = { writers: 0, sequencer: 0, postgres: 0 };
  const writers = WRITING.map(startWriters);
  const sequencers = [startSequencer(), startSequencer()];
  for (let turn = 0; turn < KILLS; turn++) {
    await someProgress();
    // Each kind has its turn, in whatever order.
    const victim = turn < 3 ? turn / 2.5 : Math.random();
    const which = Math.floor(Math.random() * 4);
    if (victim < 0.4) {
      await kill(writers[which] as ChildProcess);
      writers[which] = startWriters(WRITING[which] ?? "users");
      kills.writers++;
    } else if (victim < 0.8) {
      await kill(sequencers[which % 2] as ChildProcess);
      sequencers[which % 2] = startSequencer();
      kills.sequencer++;
    } else {
      await postgres.killAndRestart();
      kills.postgres++;
    }
  }
  for (const child of [...writers, ...sequencers]) await kill(child);
  return kills;
}

async function idsOf(statement: string): Promise<string[]> {
  const { rows } = await owner.run((query) => query.raw<{ rows: { id: string }[] }>(statement));
  return rows.map(({ id }) => id).sort();
}

it("64 writers, two sequencers and PostgreSQL, killed at random: each committed change has its event once, in one dense log", async () => {
  const kills = await killAtRandom();
  const parts = await auditPartsOver(new Database({ url: postgres.url("audit"), schema: "audit" }));
  await parts.sealer.sealAll();

  const changes = await idsOf([...new Set(WRITING)].map((name) => `select id from ${name}.change`).join(" union all "));
  const events = await idsOf("select entity_id as id from audit.event where outcome = 'success'");
  expect(changes.length).toBeGreaterThan(KILLS * STRIDE);
  expect(Object.values(kills).every((count) => count > 0)).toBe(true);
  expect(events).toEqual(changes);
  const failures = await idsOf("select entity_id as id from audit.event where outcome = 'failure'");
  expect(new Set([...failures, ...changes]).size).toBe(failures.length + changes.length);

  // The tree grown anew from the leaves has been signed at each size that was signed: nothing was ever replaced.
  const { rows: leaves } = await owner.run((query) =>
    query.raw<{ rows: { leaf_index: string; leaf_hash: Buffer }[] }>(
      "select leaf_index, leaf_hash from audit.event order by leaf_index",
    ),
  );
  expect(leaves.map(({ leaf_index }) => Number(leaf_index))).toEqual(leaves.map((_, index) => index));
  const { rows: checkpoints } = await owner.run((query) =>
    query.raw<{ rows: { tree_size: string; root_hash: Buffer }[] }>(
      "select tree_size, root_hash from audit.checkpoint",
    ),
  );
  const signed = new Map(checkpoints.map(({ tree_size, root_hash }) => [Number(tree_size), root_hash.toString("hex")]));
  expect(signed.size).toBeGreaterThan(3);
  const range = new CompactRange();
  for (const { leaf_hash } of leaves) {
    range.append(leaf_hash);
    const root = signed.get(range.size);
    if (root !== undefined) expect(range.root().toString("hex")).toBe(root);
  }
  const head = await parts.tree.head();
  expect(head).toEqual({ size: leaves.length, root: range.root() });
  await parts.database.close();
}, 240_000);
