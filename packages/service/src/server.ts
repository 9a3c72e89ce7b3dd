import { context } from "@opentelemetry/api";
import { httpStatus, SystemError, systemErrorOf } from "@supergraph/errors";
import Fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { Logger } from "./log.js";
import { runInRequest, type RequestContext } from "./request-context.js";
import { observeRequest, type RequestObservation } from "./request-observation.js";

const BODY_LIMIT_BYTES = 1024 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

declare module "fastify" {
  interface FastifyRequest {
    context: RequestContext;
    observation: RequestObservation | undefined;
  }
}

/** Of requests nothing but a response that broke off here: what a client has of it is not whole, and can't say why. */
class ServerLog extends LogController {
  override streamError(error: Error & { code?: string }, request: FastifyRequest): void {
    if (error.code === "ERR_STREAM_PREMATURE_CLOSE") return;
    request.log.error({ err: error, request_id: request.id }, "a response broke off");
  }
}

export interface ServerOptions {
  name: string;
  log: Logger;
  /** Whether everything that a request needs is up. */
  isReady: () => Promise<boolean>;
  /** Addresses and networks of proxies whose X-Forwarded-For says where a request is from. */
  trustProxy?: string[];
}

/**
 * An HTTP server with what every service has: a request id (the caller's if it is a UUID, echoed), a server span in
 * the caller's W3C trace, a metric of how long requests take, health, and errors of the catalogue as JSON in GraphQL's shape.
 */
export function createServer({ name, log, isReady, trustProxy }: ServerOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    logController: new ServerLog({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 60_000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    trustProxy: trustProxy ?? false,
    genReqId: ({ headers }) => {
      const given = headers["x-request-id"];
      return typeof given === "string" && UUID.test(given) ? given : crypto.randomUUID();
    },
  }) as unknown as FastifyInstance;

  app.decorateRequest("context");
  app.decorateRequest("observation", undefined);
  app.addHook("onRequest", (request, reply, done) => {
    openRequest(name, request, reply, done);
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    void reply.header("x-content-type-options", "nosniff").headers(request.context.responseHeaders);
    done(null, payload);
  });
  app.addHook("onResponse", (request, reply, done) => {
    request.observation?.end(reply.statusCode);
    done();
  });
  app.addHook("onRequestAbort", (request, done) => {
    request.observation?.end(undefined);
    done();
  });
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => sendError(new SystemError("ROUTE_NOT_FOUND"), request, reply, log));

  app.get("/health/live", () => ({ status: "live" }));
  app.get("/health/ready", async (_, reply) => {
    const ready = await isReady().catch((error: unknown) => {
      log.warn({ err: error }, "not ready");
      return false;
    });
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready" });
  });
  return app;
}

function openRequest(name: string, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const requestContext: RequestContext = { requestId: request.id, responseHeaders: {} };
  request.context = requestContext;
  void reply.header("x-request-id", request.id);
  request.observation = observeRequest(name, request);
  context.with(request.observation.context, () => {
    runInRequest(requestContext, done);
  });
}

/** Answers a request that failed as a whole: GraphQL's error shape, so that a client has one way to read errors. */
function sendError(error: FastifyError | SystemError, request: FastifyRequest, reply: FastifyReply, log: Logger) {
  const known = systemErrorOf(error) ?? fromFastify(error);
  // Closed while the client still writes, the connection would often break before the client reads why.
  if (known.reason === "BODY_TOO_LARGE") void reply.removeHeader("connection");
  const { retryAfterSeconds } = known.extensions;
  if (typeof retryAfterSeconds === "number") void reply.header("retry-after", retryAfterSeconds);
  if (known.code === "INTERNAL_SERVER_ERROR") log.error({ err: error }, "request failed");
  return reply
    .code(("statusCode" in error ? error.statusCode : undefined) ?? httpStatus[known.code])
    .send({ errors: [{ message: known.message, extensions: { ...known.extensions, requestId: request.id } }] });
}

function fromFastify(error: FastifyError): SystemError {
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new SystemError("BODY_TOO_LARGE", { message: `The request's body is over ${BODY_LIMIT_BYTES} bytes.` });
  }
  if (error instanceof SyntaxError || error.code === "FST_ERR_CTP_INVALID_JSON_BODY")
    return new SystemError("BODY_NOT_JSON");
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new SystemError("REQUEST_MALFORMED", { message: error.message });
  }
  return new SystemError("UNEXPECTED");
}
