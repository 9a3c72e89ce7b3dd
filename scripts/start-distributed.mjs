import { startTopology } from "./start-topology.mjs";

await startTopology("distributed");
