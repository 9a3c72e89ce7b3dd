import type { Logger, ServiceParts } from "@supergraph/service";
import { apolloGateway, type Subgraph } from "./apollo-gateway.js";
import { anonymous } from "./caller/caller-identifier.js";
import { ForeignSubgraphs } from "./fetch/foreign-subgraphs.js";
import { SubgraphDataSource } from "./fetch/subgraph-data-source.js";
import { createGatewayServer } from "./gateway-server.js";
import type { GatewaySettings } from "./settings.js";
import { ServedSupergraph } from "./supergraph/served-supergraph.js";
import { supergraphFile } from "./supergraph/supergraph-file.js";

/** The gateway alone, over the Federation 2 supergraph of a file: it knows no callers, and no service of ours. */
export function foreignSupergraph(
  file: string,
  settings: GatewaySettings,
  log: Logger,
  lookEveryMs?: number,
): ServiceParts {
  const { app, endpoint } = createGatewayServer({
    settings,
    log,
    isReady: () => Promise.resolve(true),
    identify: (request) => anonymous(request),
    passesCode: (code) => code !== "INTERNAL_SERVER_ERROR",
    exampleOperations: [],
  });
  const subgraphs = new ForeignSubgraphs();
  const onAccessRules = (directives: string[]) => {
    log.warn(
      { directives },
      "the supergraph declares who may do what: its subgraphs have to enforce it, this does not",
    );
  };
  const served = new ServedSupergraph(
    supergraphFile(file, log, lookEveryMs),
    ({ sdl }) => {
      const dataSource = ({ name, url }: Subgraph) => new SubgraphDataSource(name, subgraphs.at(url), log);
      return endpoint.use({ gateway: apolloGateway({ sdl, log, dataSource, onAccessRules }) });
    },
    log,
  );
  return { app, start: () => served.start(), stop: () => served.stop() };
}
