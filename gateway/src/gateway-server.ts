import cors from "@fastify/cors";
import { context, propagation } from "@opentelemetry/api";
import { GraphQLEndpoint } from "@supergraph/graphql-http";
import { createServer, type Logger } from "@supergraph/service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller, GatewayContext } from "./caller/caller.js";
import type { ExampleOperation } from "./landing/example-operations.js";
import { landingRoutes } from "./landing/landing-routes.js";
import type { GatewaySettings } from "./settings.js";

const DEVELOPMENT_ORIGINS = [
  "https://studio.apollographql.com",
  /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/,
];

export interface GatewayServerOptions {
  settings: GatewaySettings;
  log: Logger;
  isReady: () => Promise<boolean>;
  /** @throws SystemError when the request claims to be somebody and can't prove it */
  identify: (request: FastifyRequest) => Caller | Promise<Caller>;
  /** Whether an error that a subgraph sent under this code reaches the client as it is. */
  passesCode: (code: string) => boolean;
  /** What the pages show to somebody who wants to begin. */
  exampleOperations: readonly ExampleOperation[];
  /** Whether there is a page of the mails that development keeps, to be named among the others. */
  hasMailPage?: boolean;
}

export interface GatewayServer {
  app: FastifyInstance;
  endpoint: GraphQLEndpoint<GatewayContext>;
}

/** The HTTP server that clients see: GraphQL, health, and pages for people. */
export function createGatewayServer(options: GatewayServerOptions): GatewayServer {
  const { settings, log, isReady, identify, passesCode, exampleOperations, hasMailPage } = options;
  const { CORS_ORIGINS, NODE_ENV, TRUST_PROXY } = settings;
  const app = createServer({
    name: "gateway",
    log,
    isReady: async () => endpoint.isReady && (await isReady()),
    ...(TRUST_PROXY && { trustProxy: TRUST_PROXY }),
  });
  app.addHook("onRequest", (_request, _reply, done) => {
    // Services read each other's baggage as their own words; a client's would be anybody's.
    context.with(propagation.deleteBaggage(context.active()), done);
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    // RFC 6750 section 3: says what kind of credentials would do. Auth's own routes have said it themselves.
    if (reply.statusCode === 401 && !reply.hasHeader("www-authenticate"))
      void reply.header("www-authenticate", 'Bearer error="invalid_token"');
    done(null, payload);
  });
  void app.register(cors, {
    origin: CORS_ORIGINS ?? (NODE_ENV === "production" ? [] : DEVELOPMENT_ORIGINS),
    methods: ["GET", "POST"],
    exposedHeaders: ["x-request-id", "retry-after", "content-disposition"],
    maxAge: 86_400,
  });
  const endpoint = new GraphQLEndpoint<GatewayContext>(app, {
    log,
    context: async (request) => ({ caller: await identify(request) }),
    passesCode,
  });
  landingRoutes(app, exampleOperations, hasMailPage);
  return { app, endpoint };
}
