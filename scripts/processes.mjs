import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that the project pins, whatever Node the machine or npm runs on. */
export const projectNode = join(root, "node_modules/node/bin/node");

/** tsc by its package: `typescript`, there for the linters alone, offers a command of the same name. */
export const tsc = join(root, "node_modules/@typescript/native/bin/tsc");

/** Runs a script on the project's Node with the terminal handed over; gives the exit code. */
export function runNode(args, env = process.env) {
  return exitCode(spawnSync(projectNode, args, { cwd: root, env, stdio: "inherit" }));
}

/** Runs a script on the project's Node and keeps what it prints. */
export function captureNode(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(projectNode, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ code: exitCode({ status, signal }), output }));
  });
}

/**
 * Runs a long-lived script on the project's Node until it ends, and hands it this process's wish to stop.
 * The child has a process group of its own: Ctrl-C in a terminal reaches every process of the group, and npm passes it
 * on as well, so that the child would otherwise hear the same wish several times.
 */
export function superviseNode(args) {
  const child = spawn(projectNode, args, { cwd: root, stdio: "inherit", detached: true });
  let lastStop = 0;
  const stop = (signal) => {
    if (Date.now() - lastStop < 500) return;
    lastStop = Date.now();
    child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stop);
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status, signal) => {
      for (const heard of signals) process.off(heard, stop);
      resolve(exitCode({ status, signal }));
    });
  });
  return { child, ended };
}

function exitCode({ status, signal, error }) {
  if (error) throw error;
  return status ?? 128 + (constants.signals[signal] ?? 0);
}
