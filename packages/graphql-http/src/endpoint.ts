import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, type BaseContext } from "@apollo/server";
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { InMemoryLRUCache } from "@apollo/utils.keyvaluecache";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import { trace } from "@opentelemetry/api";
import { SystemError } from "@supergraph/errors";
import type { Logger } from "@supergraph/service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { DocumentNode, GraphQLError, GraphQLSchema } from "graphql";
import { errorFormatter } from "./format-error.js";
import { limitOperation, limitVariables, MAXIMUM_SELECTIONS } from "./operation-limits.js";
import { RunningServer, type Handler } from "./running-server.js";

const PATH = "/graphql";

declare module "fastify" {
  interface FastifyRequest {
    /**
     * Of a GraphQL request, once it is made; its endpoint alone reads it. On the request itself: a WeakMap from requests
     * would keep what it leads to until V8's next full collection, and every small one would have to move it.
     */
    graphqlContext: unknown;
  }
}

/** A request that could not be answered in full: it did not hold against the schema, or its execution met errors. */
export interface FailedRequest<Context> {
  schema: GraphQLSchema;
  /** Undefined when the text is no GraphQL. */
  document: DocumentNode | undefined;
  operationName: string | undefined;
  /** As the client sent them. */
  variables: Record<string, unknown>;
  context: Context;
  errors: readonly GraphQLError[];
}

export interface EndpointOptions<Context extends BaseContext> {
  log: Logger;
  /** Made once a request; what it throws answers the whole request. */
  context: (request: FastifyRequest) => Promise<Context>;
  passesCode?: (code: string) => boolean;
  /** Awaited before a request with errors is answered; when it throws, that is the answer. */
  onErrors?: (failed: FailedRequest<Context>) => Promise<void>;
}

type Execution<Context extends BaseContext> =
  { schema: GraphQLSchema } | Required<Pick<ApolloServerOptions<Context>, "gateway">>;

/**
 * `POST /graphql`, and `GET` for queries. What executes can be replaced while it runs: requests that have begun end on
 * what they began with.
 */
export class GraphQLEndpoint<Context extends BaseContext> {
  /** Of persisted queries: a client that has registered one need not do so again when what executes is replaced. */
  readonly #cache = new InMemoryLRUCache();
  #current: RunningServer<Context> | undefined;

  constructor(
    app: FastifyInstance,
    private readonly options: EndpointOptions<Context>,
  ) {
    app.decorateRequest("graphqlContext");
    app.route({
      url: PATH,
      method: ["GET", "POST"],
      handler: async (request, reply) => {
        if (!this.#current) throw new SystemError("NOT_READY");
        limitRequest(request);
        request.graphqlContext = await options.context(request);
        return this.#current.handle(request, reply);
      },
    });
    app.addHook("onClose", async () => {
      await this.#current?.retire();
    });
  }

  get isReady(): boolean {
    return this.#current !== undefined;
  }

  /** Executes on this from the next request on. */
  async use(execution: Execution<Context>): Promise<void> {
    const server = new ApolloServer<Context>({
      ...execution,
      cache: this.#cache,
      introspection: true,
      csrfPrevention: true,
      maxRecursiveSelections: MAXIMUM_SELECTIONS,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      // Apollo's own log lines, at the level that they have there.
      logger: this.options.log,
      formatError: errorFormatter({
        log: this.options.log,
        ...(this.options.passesCode && { passesCode: this.options.passesCode }),
      }),
      plugins: [
        ApolloServerPluginLandingPageDisabled(),
        // Traces go by OpenTelemetry; nothing is reported to Apollo, whatever the environment holds.
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
        nameOperationInTrace(),
        ...(this.options.onErrors ? [tellingErrors(this.options.onErrors)] : []),
      ],
    } as ApolloServerOptions<Context>);
    await server.start();
    const handler = fastifyApolloHandler(server, {
      context: (request) => Promise.resolve(request.graphqlContext as Context),
    });
    const replaced = this.#current;
    this.#current = new RunningServer(server, handler as unknown as Handler, this.options.log);
    await replaced?.retire();
  }
}

function limitRequest(request: FastifyRequest): void {
  const { query, variables } = (request.method === "GET" ? request.query : (request.body ?? {})) as Record<
    string,
    unknown
  >;
  if (typeof query === "string") limitOperation(query);
  if (typeof variables === "object") limitVariables(variables);
}

/** Spans are found by the operation's name, not by the one path that all operations share. */
function nameOperationInTrace() {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({
          operation,
          operationName,
        }: {
          operation: { operation: string } | undefined;
          operationName: string | null;
        }) => {
          // With a gateway it comes here even when the document holds no operation of the name that was asked for.
          if (!operation) return Promise.resolve();
          trace.getActiveSpan()?.setAttributes({
            "graphql.operation.type": operation.operation,
            "graphql.operation.name": operationName ?? "anonymous",
          });
          return Promise.resolve();
        },
      }),
  };
}

function tellingErrors<Context extends BaseContext>(
  tell: (failed: FailedRequest<Context>) => Promise<void>,
): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ schema, document, request, contextValue: context, errors }) =>
          tell({
            schema,
            document,
            operationName: request.operationName,
            variables: request.variables ?? {},
            context,
            errors,
          }),
      }),
  };
}
