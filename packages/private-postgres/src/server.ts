import { spawn, type ChildProcess } from "node:child_process";
import { open, readFile, rename } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandAs, type Account } from "./account.js";
import type { Binaries } from "./binaries.js";
import { cleanEnvironment } from "./cluster.js";
import { clearTheWay, readPostmaster } from "./postmaster.js";

const recoveryPatience = 120_000;
const attempts = 40;

/** A server that accepts connections. */
export interface Server {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

interface ServerOptions {
  readonly directory: string;
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly account: Account;
  readonly port: number | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Starts the server and resolves once it accepts connections; one that a killed process left behind is stopped first.
 * Throws with the end of its log when it gives up.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    await clearTheWay(options.cluster, options.binaries);
    const port = options.port ?? (await freePort());
    const server = await launch(options, port);
    if (server !== undefined) return server;
    const log = await readFile(path.join(options.directory, "log"), "utf8");
    if (attempt === attempts || !isPassing(log, options.port)) {
      const end = log.trimEnd().split("\n").slice(-8).join("\n");
      throw new Error(`PostgreSQL did not start in ${options.directory}; the end of its log:\n${end}`);
    }
    await sleep(250);
  }
}

/**
 * Backends outlive a killed postmaster by moments, a server whose starter was killed shows itself late,
 * and another program may take a port that was just free.
 */
function isPassing(log: string, port: number | undefined): boolean {
  if (/pre-existing shared memory block|lock file "postmaster.pid"/.test(log)) return true;
  return port === undefined && log.includes("could not bind");
}

async function launch(options: ServerOptions, port: number): Promise<Server | undefined> {
  const logFile = path.join(options.directory, "log");
  await rename(logFile, `${logFile}.previous`).catch(() => undefined);
  const log = await open(logFile, "a", 0o600);
  const settings = Object.entries({ ...standardSettings(port), ...options.settings });
  const {
    command,
    args,
    options: user,
  } = commandAs(options.account, options.binaries.postgres, [
    "-D",
    options.cluster,
    ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  const child = spawn(command, args, {
    cwd: options.cluster,
    env: cleanEnvironment,
    stdio: ["ignore", log.fd, log.fd],
    // A process group of its own: the terminal's Ctrl-C is for us, who stop the server once it is no longer needed.
    detached: true,
    windowsHide: true,
    ...user,
  });
  try {
    return await untilReady(child, options.cluster, port);
  } finally {
    await log.close();
  }
}

async function untilReady(child: ChildProcess, cluster: string, port: number): Promise<Server | undefined> {
  let failure: Error | undefined;
  child.once("error", (error) => (failure = error));
  const deadline = Date.now() + recoveryPatience;
  while (child.exitCode === null && child.signalCode === null) {
    if (failure !== undefined) throw failure;
    const postmaster = await readPostmaster(cluster);
    if (postmaster?.isReady === true && postmaster.pid === child.pid) return { child, pid: postmaster.pid, port };
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`PostgreSQL in ${cluster} was not ready within ${String(recoveryPatience / 1000)} s.`);
    }
    await sleep(20);
  }
  return undefined;
}

function standardSettings(port: number): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "64MB",
    // Files in the data directory: what a kill leaves of them is cleared at the next start, and the small /dev/shm
    // of a container sets no limit. Windows has another kind, and no choice.
    ...(process.platform === "win32" ? {} : { dynamic_shared_memory_type: "mmap" }),
    // Who sent a statement is told what is wrong with it. In the server's log the rows and values that errors quote would
    // outlive their erasure.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    timezone: "UTC",
    log_timezone: "UTC",
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port could be found.");
  return address.port;
}
