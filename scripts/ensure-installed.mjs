import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { isMain } from "./is-main.mjs";
import { root } from "./processes.mjs";

/**
 * Installs what package-lock.json lists unless node_modules holds just that, and says in a line why.
 * Exits the process when npm fails.
 */
export function ensureInstalled() {
  const reason = whatIsMissing(root);
  if (reason === undefined) return;
  console.error(`installing: ${reason}`);
  const { status, error } = npm(["ci", "--include=dev"]);
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * npm writes node_modules/.package-lock.json when an installation is complete, so one that was cut short has none, or
 * one that differs. What is installed is compared with what is listed, not their times: a checkout changes those.
 */
export function whatIsMissing(folder) {
  const listed = packagesOf(join(folder, "package-lock.json"));
  const installed = packagesOf(join(folder, "node_modules/.package-lock.json"));
  if (listed === undefined) throw new Error("There is no package-lock.json.");
  if (installed === undefined) return "node_modules is missing, or an installation was cut short";
  for (const [path, wanted] of Object.entries(listed)) {
    const present = installed[path];
    if (path === "" || (present === undefined && (wanted.optional || !path.includes("node_modules/")))) continue;
    if (present?.version !== wanted.version || present?.integrity !== wanted.integrity) {
      return `node_modules is older than package-lock.json (${path.split("node_modules/").pop()})`;
    }
  }
  return undefined;
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Runs npm on the machine's own Node: the one in node_modules would be removed while npm still runs on it. */
function npm(args) {
  const path = (process.env.PATH ?? "").split(delimiter);
  const outside = path.filter((folder) => !folder.includes(`${sep}node_modules${sep}.bin`)).join(delimiter);
  return spawnSync("npm", args, { cwd: root, stdio: "inherit", env: { ...process.env, PATH: outside } });
}

if (isMain(import.meta.url)) ensureInstalled();
