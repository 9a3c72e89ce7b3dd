import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "./processes.mjs";

/**
 * Counts vitest's JSON report. Whatever made the run fail counts as a failure, if only one: a file that could not be
 * loaded, a set-up that threw, a rejection that nobody caught.
 */
export function countReport(path, exitCode) {
  const report = read(path);
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const unloaded = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: failuresIn(report),
  };
}

/** The failed tests by file and name, each with the start of what it said: for the end of a log of which only the end is kept. */
function failuresIn(report) {
  return report.testResults.flatMap((file) => {
    const failures = file.assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => failure(`${relative(root, file.name)} > ${test.fullName}`, test.failureMessages.join("\n")));
    if (failures.length === 0 && file.status === "failed")
      failures.push(failure(relative(root, file.name), file.message));
    return failures;
  });
}

function failure(name, message) {
  const said = (message ?? "").split("\n").filter((line) => !line.includes("/node_modules/"));
  return [`✗ ${name}`, ...said.slice(0, 12).map((line) => `    ${line.slice(0, 400)}`)].join("\n");
}

/** What the runner says last: `N passed, N failed`, and how many were skipped when any were. */
export function closingLine(counts) {
  const sum = (kind) => counts.reduce((total, count) => total + count[kind], 0);
  const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
  return { failed, line: `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}` };
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
