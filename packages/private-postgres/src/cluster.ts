import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { commandAs, type Account } from "./account.js";
import { hasCode } from "./process-identity.js";

const run = promisify(execFile);
const draftPrefix = "cluster.draft-";

/** The environment without what would make PostgreSQL's programs look elsewhere (PGDATA, PGPORT and the like). */
export const cleanEnvironment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("PG") && !name.startsWith("LC_")),
);

/**
 * Makes `directory/cluster` unless it is there, wholly or not at all: initdb writes to a draft that is then renamed.
 * Throws with initdb's words when it fails. The caller holds the directory's lock.
 */
export async function ensureCluster(
  directory: string,
  initdb: string,
  account: Account,
  options: { durable: boolean },
): Promise<string> {
  const cluster = path.join(directory, "cluster");
  await removeDrafts(directory);
  if (await stat(cluster).catch(() => undefined)) return cluster;
  const draft = path.join(directory, draftPrefix + randomBytes(4).toString("hex"));
  await ensureOwnerPassword(directory, account);
  const {
    command,
    args,
    options: spawnOptions,
  } = commandAs(account, initdb, [
    `--pgdata=${draft}`,
    "--username=owner",
    `--pwfile=${passwordFile(directory)}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // The built-in provider sorts alike on every platform, whatever locales the machine has.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    ...(options.durable ? [] : ["--no-sync"]),
  ]);
  try {
    await run(command, args, { cwd: directory, env: cleanEnvironment, ...spawnOptions });
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Error(`initdb could not make a PostgreSQL cluster in ${directory}: ${words}`, { cause: error });
  }
  await rename(draft, cluster);
  return cluster;
}

/** The password of the role `owner`. Throws when a cluster's password file has been lost. */
export async function readOwnerPassword(directory: string): Promise<string> {
  try {
    return (await readFile(passwordFile(directory), "utf8")).trim();
  } catch (cause) {
    throw new Error(
      `The owner's password of the PostgreSQL in ${directory} can't be read from ${passwordFile(directory)}. ` +
        "Put the file back, or remove the directory to start with an empty database.",
      { cause },
    );
  }
}

async function ensureOwnerPassword(directory: string, account: Account): Promise<void> {
  const file = passwordFile(directory);
  try {
    await writeFile(file, randomBytes(24).toString("base64url"), { flag: "wx", mode: 0o600, flush: true });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    // A kill between creating the file and filling it leaves it empty; no cluster uses it yet.
    if ((await readFile(file, "utf8")) === "") await writeFile(file, randomBytes(24).toString("base64url"));
  }
  if (account.kind === "user") await chown(file, account.uid, account.gid);
}

async function removeDrafts(directory: string): Promise<void> {
  const drafts = (await readdir(directory)).filter((name) => name.startsWith(draftPrefix));
  await Promise.all(
    drafts.map((name) => rm(path.join(directory, name), { recursive: true, force: true, maxRetries: 5 })),
  );
}

function passwordFile(directory: string): string {
  return path.join(directory, "owner-password");
}
