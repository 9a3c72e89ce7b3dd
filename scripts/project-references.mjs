import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { workspaceFolders } from "./ensure-built.mjs";
import { root } from "./processes.mjs";

/**
 * Where a workspace's tsconfig.json does not refer to what its package.json depends on. tsc builds in the order of
 * references: one that is missing goes unnoticed as long as dist is there, and fails the first build of a clone.
 */
export function missingReferences() {
  const read = (folder, file) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const workspaces = workspaceFolders();
  const folderOf = new Map(workspaces.map((folder) => [read(folder, "package.json").name, folder]));
  return workspaces.flatMap((folder) => {
    const { dependencies, devDependencies } = read(folder, "package.json");
    const referred = new Set((read(folder, "tsconfig.json").references ?? []).map(({ path }) => join(folder, path)));
    return Object.keys({ ...dependencies, ...devDependencies })
      .filter((name) => folderOf.has(name) && !referred.has(folderOf.get(name)))
      .map((name) => `${relative(root, folder)}/tsconfig.json does not refer to ${name}`);
  });
}
