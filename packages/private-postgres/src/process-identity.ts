import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface ProcStat {
  readonly state: string;
  readonly startTicks: string;
}

/** Whether a process of this id runs. A zombie does not: where nobody reaps orphans it would seem alive for ever. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
  return procStat(pid)?.state !== "Z";
}

/**
 * What tells this process from a later one that was given the same id: boot id and start time.
 * Undefined where there is no /proc.
 */
export function birthOf(pid: number): string | undefined {
  const stat = procStat(pid);
  if (stat === undefined) return undefined;
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${stat.startTicks}`;
}

/** Resolves to true once the process has gone, to false when it is still there after `milliseconds`. */
export async function hasExitedWithin(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Whether `error` is a system error with this code, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function procStat(pid: number): ProcStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTicks: fields[19] ?? "" };
}
