import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { isMain } from "./is-main.mjs";
import { root, runNode, tsc } from "./processes.mjs";

// In node_modules, so that an installation, which may bring other types, asks for a build.
const stamp = join(root, "node_modules/.cache/supergraph/built");

/**
 * Builds every workspace unless nothing changed since the last build; gives `unchanged`, `built` or `failed`.
 * What counts are the sources' names, times and sizes, so that a file that was deleted counts too.
 */
export function ensureBuilt() {
  const workspaces = workspaceFolders();
  const sources = fingerprint(workspaces);
  const complete = workspaces.every((folder) => existsSync(join(folder, "dist/.tsbuildinfo")));
  if (complete && existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return "unchanged";

  const started = performance.now();
  if (runNode([tsc, "-b"]) !== 0) return "failed";
  for (const folder of workspaces) removeOutputWithoutSource(folder);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, sources);
  console.error(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return "built";
}

export function workspaceFolders() {
  const { references } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  return references.map(({ path }) => join(root, path));
}

function fingerprint(workspaces) {
  const files = [join(root, "tsconfig.json"), join(root, "tsconfig.base.json"), ...workspaces.flatMap(sourcesIn)];
  const hash = createHash("sha256");
  for (const file of files) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${relative(root, file)} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("hex");
}

function sourcesIn(folder) {
  return filesIn(folder, ["dist", "node_modules"]).filter((file) => /\.(ts|tsx|json)$/.test(file));
}

/** tsc leaves the output of a deleted source behind, where an import would still find it. */
function removeOutputWithoutSource(workspace) {
  const dist = join(workspace, "dist");
  for (const file of filesIn(dist, [])) {
    const match = /^(.+?)(\.d\.ts|\.js)(\.map)?$/.exec(relative(dist, file));
    if (!match) continue;
    const source = join(workspace, "src", match[1]);
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(file);
  }
}

function filesIn(folder, except) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter((entry) => !except.includes(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path, except) : [path];
    });
}

if (isMain(import.meta.url) && ensureBuilt() === "failed") process.exit(1);
