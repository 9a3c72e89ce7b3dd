import { access, readdir, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DirectoryInUseError, removePrivatePostgres } from "@supergraph/private-postgres";

/** How the directories of test runs' PostgreSQLs begin. */
export const directoryPrefix = "supergraph-test-postgres-";

const memoryFolder = "/dev/shm";
const enough = 2 * 1024 ** 3;

/** A temporary folder, in memory where there is room: copying a database there takes a tenth of the time. */
export async function fastFolder(): Promise<string> {
  const space = process.platform === "linux" ? await statfs(memoryFolder).catch(() => undefined) : undefined;
  return space !== undefined && space.bavail * space.bsize > enough ? memoryFolder : tmpdir();
}

/** Stops and removes what test runs left that were killed before they could. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(directoryPrefix)) continue;
    const directory = path.join(folder, name);
    // Without a lock it may be one that another run is about to use.
    const hasLock = await access(path.join(directory, "lock")).then(
      () => true,
      () => false,
    );
    if (hasLock) await removeUnlessInUse(directory);
  }
}

async function removeUnlessInUse(directory: string): Promise<void> {
  try {
    await removePrivatePostgres(directory);
  } catch (error) {
    if (!(error instanceof DirectoryInUseError) && !isGone(error)) throw error;
  }
}

/** Another run may be removing the same. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
