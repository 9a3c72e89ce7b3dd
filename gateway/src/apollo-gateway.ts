import { ApolloGateway, type GraphQLDataSource } from "@apollo/gateway";
import type { Logger } from "@supergraph/service";
import type { GatewayContext } from "./caller/caller.js";
import { refuseLapsed } from "./caller/refuse-lapsed.js";
import { withoutAccessRules } from "./supergraph/access-rules.js";

// Apollo reads it when a gateway is made; otherwise each would report its machine to Apollo once an hour.
process.env.APOLLO_TELEMETRY_DISABLED = "true";

export interface Subgraph {
  name: string;
  url: string;
}

export interface ApolloGatewayOptions {
  sdl: string;
  log: Logger;
  dataSource: (subgraph: Subgraph) => GraphQLDataSource<GatewayContext>;
}

/**
 * Apollo's planner and executor over one supergraph, which it keeps for life. `update()` of a running one would let
 * an operation that was validated on the old schema be planned, or its answer shaped, on the new.
 */
export function apolloGateway({ sdl, log, dataSource }: ApolloGatewayOptions): ApolloGateway {
  const { sdl: supergraphSdl, removed } = withoutAccessRules(sdl);
  if (removed.length > 0) log.debug({ removed }, "access rules are left to the subgraphs");
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url = "" }) => dataSource({ name, url }),
    logger: quiet(log),
  });
  const { executor } = gateway;
  gateway.executor = (operation) => refuseLapsed(operation) ?? executor(operation);
  return gateway;
}

/** Apollo says every step of its loading aloud, and its failures are thrown as well. */
function quiet(log: Logger) {
  const debug = (message: unknown) => log.debug({ from: "@apollo/gateway" }, String(message));
  return { debug, info: debug, warn: debug, error: debug };
}
