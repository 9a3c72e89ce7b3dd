// Measures the supergraph, embedded, against itself: every figure is a ratio within this one run, because the machine's
// absolute numbers say more about the machine. `npm run bench` runs all parts, `npm run bench -- sealing` one of them.
// `--events 10000000` fills the audit log with as many; with DATABASE_URL it is read as fill-audit-log.mjs has left it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { root } from "./processes.mjs";
import { reportAuditCost } from "./bench-audit-cost.mjs";
import { reportAuditExport } from "./bench-audit-export.mjs";
import { reportAuditReads } from "./bench-audit-reads.mjs";
import { reportSealing } from "./bench-sealing.mjs";
import { reportSignInStorm, stormLimits } from "./bench-sign-in-storm.mjs";
import { reportVerifiedPath } from "./bench-verified-path.mjs";
import { fillAuditLog } from "./fill-audit-log.mjs";
import { nodeArguments } from "./start-topology.mjs";

const SECONDS = 8;
const CONNECTIONS = 20;
const PORT = 41_500;
const origin = `http://127.0.0.1:${PORT}`;
const administrator = { email: "admin@example.com", password: "the administrator's own words" };

ensureInstalled();
if (!ensureBuilt()) process.exit(1);
const gatewaySecret = "a secret for the bench alone, 32 characters";
const auditKey = process.env.AUDIT_KEY_ENCRYPTION_KEY ?? Buffer.alloc(32, 4).toString("base64");
const me = { query: "{ me { id email } }" };

/** Those of a running supergraph get it: it is started once, for all of them. */
const parts = {
  gateway: async () => report(await withProduct()),
  "sign-in-storm": async () => {
    const { token } = await supergraph();
    await reportSignInStorm(origin, async () => (await load(`${origin}/graphql`, me, bearer(token))).p99);
  },
  "verified-path": reportVerifiedPath,
  "audit-cost": async () => {
    const { token, product, child } = await withProduct();
    await reportAuditCost(
      () => medianOfUpdates(token, product),
      async () => child.kill("SIGUSR2"),
    );
  },
  sealing: () => reportSealing(),
  "audit-reads": async () => {
    const { ownerUrl, token } = await withFilledLog();
    const asAuditor = (query, variables) => operate(query, variables, token);
    await reportAuditReads({ operate: asAuditor, ownerUrl, gatewaySecret });
  },
  "audit-export": async () => {
    const { child, token } = await withFilledLog();
    await reportAuditExport({ origin, token, pid: child.pid });
  },
};

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { events: { type: "string", default: "1000000" } },
});
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}. Parts: ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}
let running;
try {
  for (const [name, run] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await run();
} finally {
  await stopSupergraph();
}

function supergraph() {
  return (running ??= startSupergraph());
}

/** With an entity type, and an entity of it. */
async function withProduct() {
  const started = await supergraph();
  started.product ??= await defineProduct(started.token);
  return started;
}

async function startSupergraph() {
  const dataDirectory = mkdtempSync(join(tmpdir(), "supergraph-bench-"));
  const imports = [join(root, "observability/dist/register.js"), join(root, "scripts/bench-audit-switch.mjs")];
  const child = spawn(
    process.execPath,
    [...nodeArguments, ...imports.flatMap((file) => ["--import", file]), join(root, "topology/dist/embedded.js")],
    {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        PORT: String(PORT),
        METRICS_PORT: "0",
        DATA_DIR: dataDirectory,
        LOG_LEVEL: "info",
        GATEWAY_SECRET: gatewaySecret,
        AUDIT_KEY_ENCRYPTION_KEY: auditKey,
        AUTH_KEY_ENCRYPTION_KEY: process.env.AUTH_KEY_ENCRYPTION_KEY ?? Buffer.alloc(32, 5).toString("base64"),
        ADMIN_EMAIL: administrator.email,
        ADMIN_PASSWORD: administrator.password,
        RATE_LIMITS: stormLimits,
      },
    },
  );
  try {
    await untilReady();
    return { child, dataDirectory, token: await signIn() };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

async function stopSupergraph() {
  if (!running) return;
  const { child, dataDirectory } = await running;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
  rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
}

/** With a log of `--events` events; one that DATABASE_URL leads to is taken as it is. */
async function withFilledLog() {
  const started = await supergraph();
  const given = process.env.DATABASE_URL;
  started.filled ??= (async () => {
    const { privatePostgresUrl } = await import("@supergraph/private-postgres");
    const ownerUrl = given ?? (await privatePostgresUrl(join(started.dataDirectory, "postgres")));
    const events = Number(options.events);
    if (given === undefined) await fillAuditLog({ ownerUrl, keyEncryptionKey: auditKey, events });
    return ownerUrl;
  })();
  const ownerUrl = await started.filled;
  // Filling takes longer than a token lasts.
  return { ...started, ownerUrl, token: await signIn() };
}

/** Of some 200 updates, one after another: milliseconds. */
async function medianOfUpdates(token, id) {
  const update = "mutation ($id: ID!, $input: ProductUpdate!) { updateProduct(id: $id, input: $input) { version } }";
  const times = [];
  for (let turn = 0; turn < 200; turn++) {
    const started = performance.now();
    await operate(update, { id, input: { name: `Lamp ${turn}` } }, token);
    times.push(performance.now() - started);
  }
  return times.sort((one, other) => one - other)[times.length / 2];
}

async function report({ token, product }) {
  const three = {
    query: `query ($id: ID!) { product(id: $id) { owner { email } auditEvents { nodes { action actor { user { displayName } } } } } }`,
    variables: { id: product },
  };
  await load(`${origin}/graphql`, me, bearer(token), 2);

  const subgraph = await load(`http://127.0.0.1:${PORT + 1}/graphql`, me, { "x-claims": await claims(token) });
  const one = await load(`${origin}/graphql`, me, bearer(token));
  const over = await load(`${origin}/graphql`, three, bearer(token));

  let isDefining = true;
  const times = [];
  const defining = (async () => {
    for (let index = 0; isDefining; index++) times.push(await timeToDefine(token, index));
  })();
  const busy = await load(`${origin}/graphql`, me, bearer(token));
  isDefining = false;
  await defining;

  console.log(`
${CONNECTIONS} connections, ${SECONDS} s each, one process for all, the load beside it on the same machine

| measured | requests/s | p50 ms | p99 ms | ratio |
| --- | --- | --- | --- | --- |
${row("`me` at the subgraph itself", subgraph, "1 (the yardstick)")}
${row("`me` through the gateway", one, `${ratio(subgraph.rps, one.rps)} times the work`)}
${row("one entity over three subgraphs", over, `${ratio(one.rps, over.rps)} times the work of \`me\``)}
${row(`\`me\` while ${times.length} types were defined`, busy, `p99 ${ratio(busy.p99, one.p99)} times the quiet one`)}

Defining a type: ${times.map((ms) => Math.round(ms)).join(", ")} ms under that load; the last took ${ratio(times.at(-1), times[0])} times the first.`);
}

function row(name, { rps, p50, p99 }, note) {
  return `| ${name} | ${Math.round(rps)} | ${p50} | ${p99} | ${note} |`;
}

function ratio(a, b) {
  return (a / b).toFixed(1);
}

async function load(url, body, headers, duration = SECONDS) {
  const result = await autocannon({
    url,
    duration,
    connections: CONNECTIONS,
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    verifyBody: (text) => !text.includes('"errors"'),
  });
  if (result.non2xx + result.errors + result.mismatches > 0) {
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed, ${result.mismatches} with errors`);
  }
  return { rps: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

async function operate(query, variables, token) {
  const response = await fetch(`${origin}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && bearer(token)) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

function bearer(token) {
  return { authorization: `Bearer ${token}` };
}

async function signIn() {
  const { login } = await operate(
    "mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken } } }",
    {
      input: administrator,
    },
  );
  return login.tokens.accessToken;
}

async function claims(token) {
  const { signForwardedIdentity } = await import("@supergraph/identity");
  const { sub } = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  const caller = { sub, client: "user", roles: ["admin"], permissions: ["*"] };
  return signForwardedIdentity({ caller, request: {} }, "users", new TextEncoder().encode(gatewaySecret));
}

async function defineProduct(token) {
  const { me } = await operate("{ me { id } }", {}, token);
  const fields = [
    { name: "name", kind: "STRING", required: true },
    { name: "owner", kind: "REFERENCE", target: "User" },
  ];
  await define("Product", "products", fields, token);
  const { createProduct } = await operate(
    "mutation ($input: ProductInput!) { createProduct(input: $input) { id } }",
    { input: { name: "Lamp", owner: me.id } },
    token,
  );
  return createProduct.id;
}

function define(name, pluralName, fields, token) {
  return operate(
    "mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }",
    { input: { name, pluralName, fields } },
    token,
  );
}

async function timeToDefine(token, index) {
  const started = performance.now();
  await define(`Thing${index}`, `things${index}`, [{ name: "label", kind: "STRING" }], token);
  return performance.now() - started;
}

async function untilReady() {
  for (const deadline = Date.now() + 180_000; Date.now() < deadline; await sleep(100)) {
    const response = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error("The supergraph did not become ready within 180 s");
}
