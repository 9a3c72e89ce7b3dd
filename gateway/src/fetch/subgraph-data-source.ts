import type { GraphQLDataSource } from "@apollo/gateway";
import { SystemError } from "@supergraph/errors";
import type { Logger, ServiceResponse } from "@supergraph/service";
import type { Caller, GatewayContext } from "../caller/caller.js";
import { atTheirFields } from "./error-path.js";
import { graphqlResultOf, type GraphQLResult } from "./graphql-result.js";

/** Sends the body of a fetch to one subgraph, on behalf of a caller. */
export type SendFetch = (body: string, caller: Caller, operationName: string | null) => Promise<ServiceResponse>;

type FetchOptions = Parameters<GraphQLDataSource<GatewayContext>["process"]>[0];

/** One subgraph as Apollo's executor sees it. A fetch that fails becomes an error at each field that it was to fill. */
export class SubgraphDataSource implements GraphQLDataSource<GatewayContext> {
  constructor(
    private readonly subgraph: string,
    private readonly send: SendFetch,
    private readonly log: Logger,
  ) {}

  async process(options: FetchOptions): Promise<GraphQLResult> {
    const result = await this.#fetch(options);
    return result.errors ? { ...result, errors: atTheirFields(result.errors, options.request) } : result;
  }

  async #fetch(options: FetchOptions): Promise<GraphQLResult> {
    if (!("incomingRequestContext" in options)) throw new Error(`Not a fetch of an operation: ${options.kind}`);
    const { context, operationName } = options.incomingRequestContext;
    const { query, variables, operationName: name } = options.request;
    try {
      const body = JSON.stringify({ query, variables, operationName: name });
      return graphqlResultOf(await this.send(body, context.caller, operationName));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.log.warn({ err: error.originalError ?? error, subgraph: this.subgraph }, "a fetch from a subgraph failed");
      return { errors: [error.toJSON()] };
    }
  }
}
