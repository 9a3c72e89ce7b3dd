import { join } from "node:path";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { root, superviseNode } from "./processes.mjs";

/**
 * What each process of ours is run with, also in topology/src/distributed.ts and the Dockerfile. Short-lived objects
 * that outlive two small collections wait for a full one, before which V8 lets the old generation grow to four times of
 * what was alive: here by half of it. `npm run bench -- audit-export` shows what a process holds.
 */
export const nodeArguments = ["--enable-source-maps", "--heap-growing-percent=50"];

/**
 * Node's arguments that run a topology from its build, with telemetry loaded before anything else where services run in
 * this process. With `SUPERGRAPH` it is the gateway alone: nothing of ours is behind it, whatever the topology.
 */
export function topologyCommand(topology) {
  const isGatewayAlone = Boolean(process.env.SUPERGRAPH);
  const main = isGatewayAlone ? "gateway/dist/main.js" : `topology/dist/${topology}.js`;
  // What starts the others would take the gateway's port of metrics, and has none to show.
  const hasServices = isGatewayAlone || topology === "embedded";
  const telemetry = hasServices ? ["--import", join(root, "observability/dist/register.js")] : [];
  return [...nodeArguments, ...telemetry, join(root, main)];
}

/** Installs and builds what is missing, runs the topology until it ends, and ends as it did. */
export async function startTopology(topology) {
  ensureInstalled();
  if (ensureBuilt() === "failed") process.exit(1);
  process.exit(await superviseNode(topologyCommand(topology)).ended);
}
