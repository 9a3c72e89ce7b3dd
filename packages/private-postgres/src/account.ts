import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { adopt } from "./ownership.js";

const run = promisify(execFile);
const nobody = 65534;
const asNobody = ["--user", `--map-user=${String(nobody)}`, `--map-group=${String(nobody)}`];

/** As whom PostgreSQL's programs run: it refuses to run as root. */
export type Account =
  | { readonly kind: "self" }
  /** Seen from inside a user namespace we are not root; seen from outside files stay root's. */
  | { readonly kind: "namespace" }
  | { readonly kind: "user"; readonly uid: number; readonly gid: number };

/**
 * Chooses the account for the cluster under `directory` and makes the directory its own.
 * Throws when that account can't reach the directory or `program`, naming the path.
 */
export async function chooseAccount(directory: string, program: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { kind: "self" };
  const account = (await ownerOf(path.join(directory, "cluster"))) ?? (await accountForRoot());
  if (account.kind === "user") await adopt(directory, program, account);
  return account;
}

/** The command line and spawn options that run `program` as `account`. */
export function commandAs(
  account: Account,
  program: string,
  args: readonly string[],
): { command: string; args: string[]; options: { uid?: number; gid?: number } } {
  switch (account.kind) {
    case "self":
      return { command: program, args: [...args], options: {} };
    case "namespace":
      return { command: "unshare", args: [...asNobody, program, ...args], options: {} };
    case "user":
      return { command: program, args: [...args], options: { uid: account.uid, gid: account.gid } };
  }
}

async function ownerOf(cluster: string): Promise<Account | undefined> {
  const owner = await stat(cluster).catch(() => undefined);
  return owner === undefined || owner.uid === 0 ? undefined : { kind: "user", uid: owner.uid, gid: owner.gid };
}

async function accountForRoot(): Promise<Account> {
  const canUnshare = await run("unshare", [...asNobody, "true"]).then(
    () => true,
    () => false,
  );
  return canUnshare ? { kind: "namespace" } : { kind: "user", ...(await unprivilegedUser()) };
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", "postgres"]), run("id", ["-g", "postgres"])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return { uid: nobody, gid: nobody };
  }
}
