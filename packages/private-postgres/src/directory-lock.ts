import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { birthOf, hasCode, isAlive } from "./process-identity.js";

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly birth?: string;
}

/** Another live process (or this one) already runs the private PostgreSQL of this directory. */
export class DirectoryInUseError extends Error {
  override readonly name = "DirectoryInUseError";

  constructor(
    readonly directory: string,
    readonly pid: number,
    lockFile: string,
  ) {
    super(
      `The private PostgreSQL in ${directory} is already run by process ${String(pid)}. ` +
        `Stop that process first, or use another directory. (The lock is ${lockFile}.)`,
    );
  }
}

/**
 * Takes the directory for this process and returns what gives it back.
 * A lock whose holder has died is taken over. Throws DirectoryInUseError while the holder lives.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const lockFile = path.join(directory, "lock");
  const birth = birthOf(process.pid);
  const own: Holder = { token: randomUUID(), pid: process.pid, ...(birth === undefined ? {} : { birth }) };
  const draft = `${lockFile}.${own.token}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    // link() creates the lock together with its content, so nobody ever reads half a lock.
    while (!(await tryLink(draft, lockFile))) await removeStale(lockFile, directory);
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readHolder(lockFile))?.token === own.token) await rm(lockFile, { force: true });
  };
}

async function removeStale(lockFile: string, directory: string): Promise<void> {
  const holder = await readHolder(lockFile);
  if (holder !== undefined && holds(holder)) throw new DirectoryInUseError(directory, holder.pid, lockFile);
  const aside = `${lockFile}.stale-${randomUUID()}`;
  try {
    await rename(lockFile, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  // Between reading and renaming, another process may have taken the stale lock over: what was moved is then its.
  const moved = await readHolder(aside);
  if (moved !== undefined && moved.token !== holder?.token) await tryLink(aside, lockFile);
  await unlink(aside);
}

function holds(holder: Holder): boolean {
  return isAlive(holder.pid) && (holder.birth === undefined || holder.birth === birthOf(holder.pid));
}

async function tryLink(existing: string, created: string): Promise<boolean> {
  try {
    await link(existing, created);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "token" in value &&
    typeof value.token === "string"
  );
}
