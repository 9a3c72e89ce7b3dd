// How fast the audit log seals: 16 writers commit events, one a transaction, into all outboxes of a PostgreSQL with
// standard settings, while the audit service, a process of its own, takes them into the log.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { isMain } from "./is-main.mjs";
import { projectNode, root } from "./processes.mjs";
import { nodeArguments } from "./start-topology.mjs";

const WRITERS = 16;
const GOAL_PER_SECOND = 3_000;
const GOAL_P99_MS = 1_000;
const key = Buffer.alloc(32, 7).toString("base64");

/** Prints what it measured. `seconds` of load, at `rate` events a second: a little above the goal. */
export async function reportSealing({ seconds = 60, rate = 3_200 } = {}) {
  const { migrateUp, serviceDatabaseUrl, services } = await import("@supergraph/migrations");
  const { removePrivatePostgres, startPrivatePostgres } = await import("@supergraph/private-postgres");
  const directory = mkdtempSync(join(tmpdir(), "supergraph-bench-sealing-"));
  const postgres = await startPrivatePostgres({ directory, settings: { track_commit_timestamp: "on" } });
  const passwords = Object.fromEntries(services.map((service) => [service, `${service}-bench`]));
  let audit;
  try {
    await migrateUp({ url: postgres.url, rolePasswords: passwords });
    const urls = services.map((service) => [service, serviceDatabaseUrl(postgres.url, service, passwords[service])]);
    const alone = await load(urls, 5, undefined);
    audit = await startAudit(Object.fromEntries(urls).audit);
    await untilDrained(postgres.url);
    const cpu = await cpuOf(audit.pid);
    const written = await load(urls, seconds, rate);
    const used = (await cpuOf(audit.pid)) - cpu;
    const waiting = await waitingIn(postgres.url);
    await untilDrained(postgres.url);
    report({ alone, written, waiting, used, ...(await sealedSince(postgres.url, written)) });
  } finally {
    if (audit) {
      audit.kill("SIGTERM");
      await once(audit, "exit");
    }
    await postgres.stop();
    await removePrivatePostgres(directory);
  }
}

function report({ alone, written, waiting, used, sealed, p50, p99, seconds }) {
  const rate = sealed / seconds;
  console.log(`
Sealing: ${WRITERS} writers, one event a transaction, ${Math.round(written.seconds)} s; PostgreSQL, writers and the audit service on this machine

| measured | | ratio |
| --- | --- | --- |
| written a second, nobody sealing | ${Math.round(alone.count / alone.seconds)} | 1 (the yardstick) |
| written a second, while sealing | ${Math.round(written.count / written.seconds)} | ${(written.count / written.seconds / (alone.count / alone.seconds)).toFixed(2)} |
| sealed a second | ${Math.round(rate)} | ${(rate / GOAL_PER_SECOND).toFixed(2)} of the goal of ${GOAL_PER_SECOND} |
| written to sealed, p50 | ${Math.round(p50)} ms | |
| written to sealed, p99 | ${Math.round(p99)} ms | ${(p99 / GOAL_P99_MS).toFixed(2)} of the ${GOAL_P99_MS} ms that are allowed |
| left in the outboxes at the end | ${waiting} | |
| CPU of the audit service for an event | ${((used / sealed) * 1_000).toFixed(0)} µs | |`);
}

/** Milliseconds of CPU that a process has used; Linux alone tells. */
async function cpuOf(pid) {
  const { readFile } = await import("node:fs/promises");
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Runs the writers in a thread of their own; as fast as they can unless there is a rate. */
async function load(urls, seconds, rate) {
  const workerData = { urls, writers: WRITERS, seconds, rate };
  const worker = new Worker(new URL("./bench-sealing-writers.mjs", import.meta.url), { workerData });
  const [result] = await Promise.race([
    once(worker, "message"),
    once(worker, "error").then(([error]) => Promise.reject(error)),
  ]);
  return result;
}

async function startAudit(url) {
  const audit = spawn(projectNode, [...nodeArguments, join(root, "subgraphs/audit/dist/main.js")], {
    env: {
      PORT: "0",
      DATABASE_URL: url,
      GATEWAY_SECRET: "a secret for the bench alone, 32 characters",
      AUDIT_KEY_ENCRYPTION_KEY: key,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of audit.stdout) if (String(chunk).includes("listening")) break;
  audit.stdout.resume?.();
  return audit;
}

async function query(url, text, values) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

const outboxes = ["users", "auth", "dynamic", "audit"].map((schema) => `(select count(*) from ${schema}.audit_outbox)`);

async function waitingIn(url) {
  const [{ waiting }] = await query(url, `select ${outboxes.join(" + ")} as waiting`);
  return Number(waiting);
}

async function untilDrained(url) {
  for (const deadline = Date.now() + 120_000; (await waitingIn(url)) > 0; await sleep(100)) {
    if (Date.now() > deadline) throw new Error("The outboxes were not emptied within 120 s");
  }
}

/** Of what was written in this load: how much was sealed while it lasted, and how long each took until its commit. */
async function sealedSince(url, { from, to }) {
  const committed = "pg_xact_commit_timestamp(xmin)";
  const [row] = await query(
    url,
    `select count(*) filter (where ${committed} between $1 and $2) as sealed,
            percentile_disc(array[0.5, 0.99]) within group (order by extract(epoch from ${committed} - occurred_at)) as took
     from audit.event where occurred_at between $1 and $2`,
    [from, to],
  );
  const [p50, p99] = row.took.map((seconds) => seconds * 1_000);
  return { sealed: Number(row.sealed), p50, p99, seconds: (to - from) / 1_000 };
}

if (isMain(import.meta.url)) {
  const [seconds, rate] = process.argv.slice(2).map(Number);
  await reportSealing({ ...(seconds && { seconds }), ...(rate && { rate }) });
}
