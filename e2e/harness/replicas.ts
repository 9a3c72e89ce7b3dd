import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inject } from "vitest";
import { serviceDatabaseUrl } from "../../migrations/src/index.js";
import type { SharedSupergraph } from "./start-supergraph.js";
import { freePorts, OUTPUT_FILE } from "./supergraph.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = path.join(root, "node_modules/.bin/node");
const READY_WITHIN_MS = 60_000;

/** A second gateway and a second auth service, over the same database: what a load balancer would spread over. */
export interface Replicas {
  /** The second gateway's endpoint; it asks the second auth service. */
  endpoint: string;
  /** The second gateway's origin. */
  origin: string;
  /** The second auth service's origin. */
  authOrigin: string;
  gateway: ChildProcess;
  auth: ChildProcess;
  stop(): Promise<void>;
}

/** Starts them beside the running supergraph, from what is built, in either topology. */
export async function startReplicas(
  supergraph: SharedSupergraph = inject("supergraph"),
  environment: NodeJS.ProcessEnv = {},
): Promise<Replicas> {
  const [gatewayPort, authPort] = await freePorts(2);
  const { ports } = supergraph;
  const shared = {
    ...process.env,
    ...(await secretsOf(supergraph)),
    HOST: "127.0.0.1",
    LOG_LEVEL: "info",
    ACCESS_TOKEN_ISSUER: `http://localhost:${ports.gateway}`,
    USERS_URL: local(ports.users),
    AUTH_URL: local(authPort),
    DYNAMIC_URL: local(ports.dynamic),
    AUDIT_URL: local(ports.audit),
    ...environment,
  };
  const output = openSync(path.join(supergraph.dataDirectory, OUTPUT_FILE), "a");
  const start = (main: string, port: number) =>
    spawn(node, ["--enable-source-maps", path.join(root, main)], {
      cwd: root,
      env: { ...shared, PORT: String(port) },
      stdio: ["ignore", output, output],
    });
  const auth = start("subgraphs/auth/dist/main.js", authPort);
  const gateway = start("gateway/dist/main.js", gatewayPort);
  const stop = async () => {
    for (const child of [gateway, auth]) await ended(child);
  };
  try {
    await untilReady(local(gatewayPort), [gateway, auth]);
  } catch (error) {
    await stop();
    throw error;
  }
  const origin = local(gatewayPort);
  return { endpoint: `${origin}/graphql`, origin, authOrigin: local(authPort), gateway, auth, stop };
}

const local = (port: number) => `http://127.0.0.1:${port}`;

/** The connection string of the database's owner, as `npm run -s db:url` prints it. */
export async function ownerDatabaseUrl({ dataDirectory }: SharedSupergraph = inject("supergraph")): Promise<string> {
  const env = { ...process.env, DATA_DIR: dataDirectory };
  const { stdout } = await promisify(execFile)(node, ["topology/dist/database-url.js"], { cwd: root, env });
  return stdout.trim();
}

interface KeptSecrets {
  gatewaySecret: string;
  authKeyEncryptionKey: string;
  rolePasswords: { auth: string };
}

async function secretsOf(supergraph: SharedSupergraph): Promise<NodeJS.ProcessEnv> {
  const file = await readFile(path.join(supergraph.dataDirectory, "secrets.json"), "utf8");
  const { gatewaySecret, authKeyEncryptionKey, rolePasswords } = JSON.parse(file) as KeptSecrets;
  return {
    GATEWAY_SECRET: gatewaySecret,
    AUTH_KEY_ENCRYPTION_KEY: authKeyEncryptionKey,
    DATABASE_URL: serviceDatabaseUrl(await ownerDatabaseUrl(supergraph), "auth", rolePasswords.auth),
  };
}

async function untilReady(origin: string, children: readonly ChildProcess[]): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  const isReady = () =>
    fetch(`${origin}/health/ready`)
      .then(({ ok }) => ok)
      .catch(() => false);
  while (!(await isReady())) {
    if (children.some(({ exitCode }) => exitCode !== null)) throw new Error("A replica ended; the log says why");
    if (Date.now() > deadline) throw new Error("The replicas are not ready; the log says why");
    await sleep(50);
  }
}

/** SIGTERM, after SIGCONT: a test may have stopped it. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  await exit;
}
