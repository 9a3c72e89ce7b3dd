import type { TestProject } from "vitest/node";
import { startSpanCollector } from "./span-collector.js";
import { startSupergraph, type Supergraph, type Topology } from "./supergraph.js";

export type SharedSupergraph = Pick<
  Supergraph,
  "topology" | "origin" | "ports" | "metrics" | "administrator" | "dataDirectory"
>;

declare module "vitest" {
  interface ProvidedContext {
    supergraph: SharedSupergraph;
    spanCollector: string;
  }
}

/** One supergraph for all tests of the run that don't need to break it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const topology = project.config.env.TOPOLOGY as Topology;
  const collector = await startSpanCollector();
  const supergraph = await startSupergraph(topology, {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "200",
    },
  });
  const { origin, ports, metrics, administrator, dataDirectory } = supergraph;
  project.provide("supergraph", { topology, origin, ports, metrics, administrator, dataDirectory });
  project.provide("spanCollector", collector.endpoint);
  return async () => {
    const code = await supergraph.stop();
    await collector.stop();
    await supergraph.remove();
    if (code !== 0)
      throw new Error(`SIGTERM must end with exit code 0; it was ${code}:\n${supergraph.output().slice(-3_000)}`);
  };
}
