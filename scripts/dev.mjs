import { spawn } from "node:child_process";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { projectNode, root, superviseNode, tsc } from "./processes.mjs";
import { topologyCommand } from "./start-topology.mjs";

ensureInstalled();
ensureBuilt();

let supergraph;
let stopping = false;
let restarting = Promise.resolve();

const compiler = spawn(projectNode, [tsc, "-b", "--watch", "--preserveWatchOutput"], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
});
compiler.stdout.on("data", (chunk) => {
  process.stdout.write(chunk);
  if (/Found 0 errors/.test(chunk)) restarting = restarting.then(restart);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    stopping = true;
    compiler.kill();
    void restarting.then(() => supergraph?.ended).then((code) => process.exit(code ?? 0));
  });
}

async function restart() {
  if (stopping) return;
  supergraph?.child.kill("SIGTERM");
  await supergraph?.ended;
  if (!stopping) supergraph = superviseNode(topologyCommand("embedded"));
}
