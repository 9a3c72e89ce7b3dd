import { join } from "node:path";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { root, superviseNode } from "./processes.mjs";

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
  return ["--enable-source-maps", ...telemetry, join(root, main)];
}

/** Installs and builds what is missing, runs the topology until it ends, and ends as it did. */
export async function startTopology(topology) {
  ensureInstalled();
  if (ensureBuilt() === "failed") process.exit(1);
  process.exit(await superviseNode(topologyCommand(topology)).ended);
}
