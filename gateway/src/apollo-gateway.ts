import { ApolloGateway, type GraphQLDataSource } from "@apollo/gateway";
import type { Logger } from "@supergraph/service";
import { GraphQLError } from "graphql";
import type { GatewayContext } from "./caller/caller.js";
import { refuseLapsed } from "./caller/refuse-lapsed.js";
import { withoutAccessRules } from "./supergraph/access-rules.js";

// Apollo reads it when a gateway is made; otherwise each would report its machine to Apollo once an hour.
process.env.APOLLO_TELEMETRY_DISABLED = "true";

type GatewayRequest = Parameters<ApolloGateway["executor"]>[0];
type GatewayAnswer = Awaited<ReturnType<ApolloGateway["executor"]>>;

export interface Subgraph {
  name: string;
  url: string;
}

export interface ApolloGatewayOptions {
  sdl: string;
  log: Logger;
  dataSource: (subgraph: Subgraph) => GraphQLDataSource<GatewayContext>;
  /** Told which access rules the supergraph holds; the gateway does not enforce them. */
  onAccessRules?: (directives: string[]) => void;
}

/**
 * Apollo's planner and executor over one supergraph, which it keeps for life. `update()` of a running one could let
 * an operation that was validated on the old schema be planned, or its answer shaped, on the new.
 */
export function apolloGateway({ sdl, log, dataSource, onAccessRules }: ApolloGatewayOptions): ApolloGateway {
  const { sdl: supergraphSdl, removed } = withoutAccessRules(sdl);
  if (removed.length > 0) onAccessRules?.(removed);
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url = "" }) => dataSource({ name, url }),
    logger: quiet(log),
  });
  const { executor } = gateway;
  gateway.executor = (request) => refuseUnnamed(request) ?? refuseLapsed(request) ?? executor(request);
  return gateway;
}

/** Apollo's executor throws where graphql-js answers, and its server makes a fault of ours of that. */
function refuseUnnamed({ operation, request }: GatewayRequest): Promise<GatewayAnswer> | undefined {
  if ((operation as unknown) !== undefined) return undefined;
  const name = request.operationName;
  const message = name === undefined ? "Say which operation, by operationName." : `Unknown operation named "${name}".`;
  return Promise.resolve({ errors: [new GraphQLError(message)] });
}

/** Apollo says every step of its loading aloud, and its failures are thrown as well. */
function quiet(log: Logger) {
  const debug = (message: unknown) => log.debug({ from: "@apollo/gateway" }, String(message));
  return { debug, info: debug, warn: debug, error: debug };
}
