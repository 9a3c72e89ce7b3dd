import type { Stats } from "node:fs";
import { lchown, readdir, stat } from "node:fs/promises";
import path from "node:path";

interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives `directory` and all in it to `user`.
 * Throws when a folder above it, or above `program`, keeps the user out.
 */
export async function adopt(directory: string, program: string, user: User): Promise<void> {
  for (const target of [path.dirname(directory), program]) {
    const closed = await firstUnreachable(target, user);
    if (closed === undefined) continue;
    throw new Error(
      `PostgreSQL does not run as root, and user ${String(user.uid)}, as whom it would run, can't enter ${closed}. ` +
        `Allow it (chmod o+x ${closed}), run as an ordinary user, install util-linux's unshare, ` +
        `or keep ${target === program ? "the installation" : "the data"} elsewhere.`,
    );
  }
  await chownAll(directory, user);
}

/** The outermost path on the way to `target` that `user` may not enter or run; undefined when there is none. */
export async function firstUnreachable(target: string, user: User): Promise<string | undefined> {
  const parent = path.dirname(target);
  if (parent !== target) {
    const closed = await firstUnreachable(parent, user);
    if (closed !== undefined) return closed;
  }
  return mayExecute(await stat(target), user) ? undefined : target;
}

function mayExecute(entry: Stats, user: User): boolean {
  if (entry.uid === user.uid) return (entry.mode & 0o100) !== 0;
  if (entry.gid === user.gid) return (entry.mode & 0o010) !== 0;
  return (entry.mode & 0o001) !== 0;
}

async function chownAll(directory: string, user: User): Promise<void> {
  if ((await stat(directory)).uid === user.uid) return;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) await chownAll(file, user);
    else await lchown(file, user.uid, user.gid);
  }
  // Last, so that a run which was killed half-way is taken up again.
  await lchown(directory, user.uid, user.gid);
}
