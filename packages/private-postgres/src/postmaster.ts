import { execFile } from "node:child_process";
import { readFile, readlink, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Binaries } from "./binaries.js";
import { hasExitedWithin, isAlive } from "./process-identity.js";

const run = promisify(execFile);

interface Postmaster {
  readonly pid: number;
  readonly isReady: boolean;
}

/** What postmaster.pid says, be it true or stale; undefined when there is none. */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  return Number.isNaN(pid) ? undefined : { pid, isReady: lines[7]?.trim() === "ready" };
}

/** The id of the live postmaster of this cluster; undefined when none runs. */
export async function livePostmaster(cluster: string): Promise<number | undefined> {
  const pid = (await readPostmaster(cluster))?.pid;
  return pid !== undefined && isAlive(pid) && (await serves(pid, cluster)) ? pid : undefined;
}

/** Stops a server that outlived the process which started it, and clears what would make PostgreSQL refuse to start. */
export async function clearTheWay(cluster: string, binaries: Binaries): Promise<void> {
  const orphan = await livePostmaster(cluster);
  if (orphan !== undefined) return stopPostmaster(orphan, binaries);
  const recorded = await readPostmaster(cluster);
  // PostgreSQL takes any live process of this id for a postmaster. When the process is dead the file stays:
  // PostgreSQL reads from it whether backends of the dead postmaster still hold the shared memory.
  if (recorded !== undefined && isAlive(recorded.pid)) await rm(path.join(cluster, "postmaster.pid"), { force: true });
}

/** Fast shutdown; a server that does not heed it is made to quit, then killed. Resolves once it has gone. */
export async function stopPostmaster(pid: number, binaries: Binaries): Promise<void> {
  for (const [signal, patience] of [
    ["INT", 30_000],
    ["QUIT", 5_000],
    ["KILL", 5_000],
  ] as const) {
    await signalPostmaster(pid, signal, binaries);
    if (await hasExitedWithin(pid, patience)) return;
  }
  throw new Error(`PostgreSQL (process ${String(pid)}) could not be stopped, not even by SIGKILL.`);
}

async function signalPostmaster(pid: number, signal: "INT" | "QUIT" | "KILL", binaries: Binaries): Promise<void> {
  try {
    // Windows has no signals; PostgreSQL has a pipe of its own in their place, which pg_ctl knows.
    if (process.platform === "win32" && signal !== "KILL") await run(binaries.pg_ctl, ["kill", signal, String(pid)]);
    else process.kill(pid, `SIG${signal}`);
  } catch (error) {
    if (isAlive(pid)) throw error;
  }
}

async function serves(pid: number, cluster: string): Promise<boolean> {
  try {
    switch (process.platform) {
      case "linux":
        // A postmaster's working directory is its data directory.
        return (await readlink(`/proc/${String(pid)}/cwd`)) === (await realpath(cluster));
      case "win32":
        return (await run("tasklist", ["/FI", `PID eq ${String(pid)}`, "/FO", "CSV"])).stdout.includes("postgres.exe");
      default:
        return (await run("ps", ["-ww", "-o", "command=", "-p", String(pid)])).stdout.includes(cluster);
    }
  } catch {
    return false;
  }
}
