import { SystemError } from "@supergraph/errors";
import { GraphQLEndpoint } from "@supergraph/graphql-http";
import { verifyForwardedIdentity, type ForwardedIdentity } from "@supergraph/identity";
import type { AuditTrail } from "@supergraph/audit-trail";
import { createServer, isOwnService, type Logger, type SubgraphName } from "@supergraph/service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Caller, type SubgraphContext } from "./context.js";
import { recordFailedOperation } from "./failed-operations.js";

export interface SubgraphServerOptions<Context extends SubgraphContext> {
  name: SubgraphName;
  /** The secret under which `x-claims` is signed. */
  secret: Uint8Array;
  log: Logger;
  audit: AuditTrail;
  isReady: () => Promise<boolean>;
  /** Adds the subgraph's services and loaders, made for this one request. */
  context: (base: SubgraphContext, request: FastifyRequest) => Context | Promise<Context>;
  /** Routes under /internal, which only our own services may call: no service account. */
  internal?: (app: FastifyInstance) => void;
}

/** The HTTP server of a subgraph. It takes identity from a valid `x-claims` alone; a plain identity header is nothing. */
export function createSubgraphServer<Context extends SubgraphContext>(options: SubgraphServerOptions<Context>) {
  const { name, secret, log, audit } = options;
  const app = createServer({ name, log, isReady: async () => endpoint.isReady && (await options.isReady()) });

  /** Of a request beside GraphQL, too. @throws SystemError when its `x-claims` are not valid */
  const baseContext = async (request: FastifyRequest): Promise<SubgraphContext> => {
    const identity = await identityOf(request, name, secret);
    if (identity.caller) request.context.userId = identity.caller.sub;
    return { caller: new Caller(identity, request.headers["x-claims"] !== undefined), audit };
  };
  const endpoint = new GraphQLEndpoint<Context>(app, {
    log,
    onErrors: recordFailedOperation,
    context: async (request) => options.context(await baseContext(request), request),
  });

  void app.register(
    (internal, _, done) => {
      internal.addHook("preHandler", async (request) => {
        const { caller } = await identityOf(request, name, secret);
        if (!caller) throw new SystemError("SIGN_IN_REQUIRED");
        if (!isOwnService(caller)) throw new SystemError("PERMISSION_MISSING");
      });
      options.internal?.(internal);
      done();
    },
    { prefix: "/internal" },
  );
  return { app, endpoint, baseContext, identify: (request: FastifyRequest) => identityOf(request, name, secret) };
}

async function identityOf(request: FastifyRequest, audience: string, secret: Uint8Array): Promise<ForwardedIdentity> {
  const token = request.headers["x-claims"];
  if (typeof token === "string") return verifyForwardedIdentity(token, audience, secret);
  const userAgent = request.headers["user-agent"];
  return { caller: undefined, request: { ip: request.ip, ...(userAgent !== undefined && { userAgent }) } };
}
