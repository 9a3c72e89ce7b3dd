import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled } from "./ensure-installed.mjs";
import { isMain } from "./is-main.mjs";
import { captureNode, root, runNode, tsc } from "./processes.mjs";
import { missingReferences } from "./project-references.mjs";

const cruised = ["packages", "gateway", "subgraphs", "migrations", "observability", "topology", "e2e"];

/** What `npm run check` holds the project to; each gives what is wrong, and nothing when all is well. */
const checks = [
  ["format", () => complaints("node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", "--cache", ".")],
  ["types", typesOutsideWorkspaces],
  ["references", () => missingReferences().join("\n")],
  ["lint", () => complaints("node_modules/eslint/bin/eslint.js", "--max-warnings=0", ".")],
  ["boundaries", boundaries],
  ["dead code", () => complaints("node_modules/knip/bin/knip.js", "--no-progress", "--no-config-hints")],
  ["supergraph", () => complaints("packages/composition/dist/cli.js", "--check")],
];

/** Builds, then runs every check, two side by side; gives how many failed, and tells of each as it ends. */
export async function check(tell = console.log) {
  // The others read the declarations that a build leaves in dist.
  if (runNode([tsc, "-b"]) !== 0) return 1;
  const waiting = [...checks];
  let failed = 0;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (!(await passes(next, tell))) failed += 1;
    }
  };
  await Promise.all([work(), work()]);
  return failed;
}

async function passes([name, run], tell) {
  const started = performance.now();
  const wrong = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  tell(`${wrong ? "✗" : "✓"} ${name} (${seconds} s)${wrong ? `\n${wrong.trimEnd()}\n` : ""}`);
  return !wrong;
}

async function complaints(tool, ...args) {
  const { code, output } = await captureNode([join(root, tool), ...args]);
  return code === 0 ? "" : output || `${tool} ended with ${code}`;
}

/** A workspace's types are checked by its build; end-to-end tests and the files of migrations are never built. */
async function typesOutsideWorkspaces() {
  const schemas = readdirSync(join(root, "migrations")).map((folder) => `migrations/${folder}`);
  const projects = ["e2e", ...schemas].filter((folder) => existsSync(join(root, folder, "tsconfig.json")));
  const wrong = [];
  for (const project of projects)
    wrong.push(await complaints("node_modules/@typescript/native/bin/tsc", "-p", project));
  return wrong.join("");
}

/** The rules hold for nothing when the tool found nothing to look at, and it says that all is well then. */
async function boundaries() {
  const folders = cruised.filter((folder) => existsSync(join(root, folder)));
  const tool = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const { code, output } = await captureNode([tool, "--config", ".dependency-cruiser.cjs", ...folders]);
  const [, modules, dependencies] = /(\d+) modules, (\d+) dependencies/.exec(output) ?? [];
  if (!(modules > 0 && dependencies > 0)) return `The import boundaries were held against no module.\n${output}`;
  return code === 0 ? "" : output;
}

if (isMain(import.meta.url)) {
  ensureInstalled();
  process.exit((await check()) === 0 ? 0 : 1);
}
