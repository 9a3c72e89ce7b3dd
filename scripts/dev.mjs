import { watch } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, workspaceFolders } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { superviseNode } from "./processes.mjs";
import { topologyCommand } from "./start-topology.mjs";

const settleMs = 200;

ensureInstalled();
let supergraph;
let stopping = false;
let settling;
let restarting = Promise.resolve();

// An editor that saves several files, or one by way of a temporary one, means one change.
for (const folder of workspaceFolders()) {
  watch(join(folder, "src"), { recursive: true }, () => {
    clearTimeout(settling);
    settling = setTimeout(rebuild, settleMs);
  });
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);

console.log("watching the sources: what compiles is started again");
if (ensureBuilt() !== "failed") restarting = restart();

function rebuild() {
  // What does not compile leaves the last that did running.
  if (!stopping && ensureBuilt() === "built") restarting = restarting.then(restart);
}

async function restart() {
  supergraph?.child.kill("SIGTERM");
  await supergraph?.ended;
  if (!stopping) supergraph = superviseNode(topologyCommand("embedded"));
}

/** The supergraph hears the signal from its supervisor; this waits for it to finish. */
async function stop() {
  stopping = true;
  await restarting;
  process.exit((await supergraph?.ended) ?? 0);
}
