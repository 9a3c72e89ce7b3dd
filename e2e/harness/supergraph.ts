import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export type Topology = "embedded" | "distributed";
const serviceNames = ["gateway", "users", "auth", "dynamic", "audit"] as const;
type ServiceName = (typeof serviceNames)[number];

export interface Supergraph {
  topology: Topology;
  /** The gateway, e.g. `http://127.0.0.1:41234`. */
  origin: string;
  ports: Record<ServiceName, number>;
  /** Where each service's metrics are; embedded it is one place for all. */
  metrics: Record<ServiceName, string>;
  administrator: { email: string; password: string };
  dataDirectory: string;
  launcher: ChildProcess;
  /** All that it has printed, log lines among it. */
  output: () => string;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL to the launcher alone, as a crash would. */
  kill(): Promise<void>;
  /** Removes the data. */
  remove(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const telemetry = ["--import", path.join(root, "observability/dist/register.js")];
/** Below the data directory: what the supergraph printed, for tests that share one. */
export const OUTPUT_FILE = "output.log";
const READY_WITHIN_MS = 90_000;

/** Starts what `npm start` or `npm run start:distributed` starts, from what is built, on ports and data of its own. */
export async function startSupergraph(
  topology: Topology,
  options: { dataDirectory?: string; environment?: NodeJS.ProcessEnv } = {},
): Promise<Supergraph> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(path.join(tmpdir(), "supergraph-e2e-")));
  const [gateway, users, auth, dynamic, audit, ...metricsPorts] = await freePorts(10);
  const ports = { gateway, users, auth, dynamic, audit };
  const [ofGateway, ofUsers, ofAuth, ofDynamic, ofAudit] = metricsPorts;
  const administrator = { email: "admin@example.com", password: "the administrator's own words" };
  let output = "";
  const launcher = spawn(
    path.join(root, "node_modules/.bin/node"),
    ["--enable-source-maps", ...(topology === "embedded" ? telemetry : []), `topology/dist/${topology}.js`],
    {
      cwd: root,
      env: {
        ...process.env,
        NODE_ENV: "development",
        LOG_LEVEL: "info",
        DATA_DIR: dataDirectory,
        PORT: String(gateway),
        USERS_PORT: String(users),
        AUTH_PORT: String(auth),
        DYNAMIC_PORT: String(dynamic),
        AUDIT_PORT: String(audit),
        METRICS_PORT: String(ofGateway),
        USERS_METRICS_PORT: String(ofUsers),
        AUTH_METRICS_PORT: String(ofAuth),
        DYNAMIC_METRICS_PORT: String(ofDynamic),
        AUDIT_METRICS_PORT: String(ofAudit),
        ADMIN_EMAIL: administrator.email,
        ADMIN_PASSWORD: administrator.password,
        ...options.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const outputFile = createWriteStream(path.join(dataDirectory, OUTPUT_FILE), { flags: "a" });
  for (const stream of [launcher.stdout, launcher.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      outputFile.write(text);
    });
  }
  const origin = `http://127.0.0.1:${gateway}`;
  await untilReady(origin, launcher, () => output);
  return {
    topology,
    origin,
    ports,
    metrics: metricsOf(topology, metricsPorts),
    administrator,
    dataDirectory,
    launcher,
    output: () => output,
    stop: () => ended(launcher, "SIGTERM"),
    kill: async () => {
      await ended(launcher, "SIGKILL");
    },
    remove: () => rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
}

async function untilReady(origin: string, launcher: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!output().includes("Ctrl-C stops it")) {
    if (launcher.exitCode !== null) throw new Error(`The supergraph did not start:\n${output().slice(-5_000)}`);
    if (Date.now() > deadline) throw new Error(`The supergraph at ${origin} is not ready:\n${output().slice(-5_000)}`);
    await sleep(50);
  }
}

function metricsOf(topology: Topology, ports: FivePorts): Record<ServiceName, string> {
  const portOf = (index: number) => (topology === "embedded" ? ports[0] : ports[index]);
  const places = serviceNames.map((name, index) => [name, `http://127.0.0.1:${portOf(index)}/metrics`]);
  return Object.fromEntries(places) as Record<ServiceName, string>;
}

type FivePorts = [number, number, number, number, number];

/** Ports that nothing listened at a moment ago. */
export async function freePorts(count: 2): Promise<[number, number]>;
export async function freePorts(count: 10): Promise<[...FivePorts, ...FivePorts]>;
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
