import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.mjs";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { root, runNode } from "./processes.mjs";
import { closingLine, countReport } from "./test-report.mjs";

const projects = ["unit", "integration", "e2e-embedded", "e2e-distributed"];
const stages = [
  ["check", async () => ({ passed: 0, failed: await check(), skipped: 0 })],
  ...projects.map((project) => [project, () => vitest(project)]),
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !stages.some(([stage]) => stage === name));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(", ")}. Stages: ${stages.map(([stage]) => stage).join(", ")}`);
  process.exit(2);
}

ensureInstalled();
const counts = [];
if (ensureBuilt() === "failed") {
  counts.push({ passed: 0, failed: 1, skipped: 0 });
} else {
  for (const [name, run] of stages) {
    if (asked.length === 0 || asked.includes(name)) counts.push(await timed(name, run));
  }
}
const { failed, line } = closingLine(counts);
console.log(line);
process.exitCode = failed === 0 ? 0 : 1;

async function timed(name, run) {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const count = await run();
  console.log(`── ${name}: ${count.failed ? "failed" : "ok"}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return count;
}

function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), "supergraph-test-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const code = runNode([join(root, "node_modules/vitest/vitest.mjs"), "run", `--project=${project}`, ...reporters]);
    return countReport(report, code);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
