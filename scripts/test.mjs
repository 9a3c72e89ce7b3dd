import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.mjs";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { captureNode, root } from "./processes.mjs";
import { closingLine, countReport } from "./test-report.mjs";

const projects = ["unit", "integration", "e2e-embedded", "e2e-distributed"];
const stages = [["check", checked], ...projects.map((project) => [project, () => vitest(project)])];

/** Two run side by side: much of what they do is waiting. Those of a lane run one after another. */
const lanes = [
  ["check", "unit", "e2e-embedded"],
  ["integration", "e2e-distributed"],
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
  await Promise.all(lanes.map(runLane));
}
const { failed, line } = closingLine(counts);
for (const failure of counts.flatMap(({ failures }) => failures ?? [])) console.log(failure);
console.log(line);
process.exitCode = failed === 0 ? 0 : 1;

async function runLane(lane) {
  for (const [name, run] of stages) {
    if (lane.includes(name) && (asked.length === 0 || asked.includes(name))) counts.push(await timed(name, run));
  }
}

async function timed(name, run) {
  console.log(`── ${name} …`);
  const started = performance.now();
  const { output, ...count } = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n── ${name}\n${output.trim()}\n── ${name}: ${count.failed ? "failed" : "ok"}, ${seconds} s`);
  return count;
}

async function checked() {
  const lines = [];
  const failed = await check((line) => lines.push(line));
  return { passed: 0, failed, skipped: 0, output: lines.join("\n") };
}

async function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), "supergraph-test-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { code, output } = await captureNode([vitest, "run", `--project=${project}`, ...reporters]);
    return { ...countReport(report, code), output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
