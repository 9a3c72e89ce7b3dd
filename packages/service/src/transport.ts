import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SystemError } from "@supergraph/errors";
import { signForwardedIdentity, type Claims, type ForwardedIdentity } from "@supergraph/identity";
import type { FastifyInstance } from "fastify";
import { Agent, request } from "undici";
import { currentRequest } from "./request-context.js";
import { subgraphNames, type ServiceName, type SubgraphName } from "./settings.js";
import { withinDeadline } from "./within-deadline.js";

export interface ServiceRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface ServiceResponse<Body = string> {
  status: number;
  headers: Record<string, string | undefined>;
  body: Body;
}

/** Carries a request to a service, wherever it runs. @throws SystemError SERVICE_OUT_OF_REACH, TOOK_TOO_LONG */
export type Transport<Name extends string = SubgraphName, Body = string> = (
  service: Name,
  request: ServiceRequest,
) => Promise<ServiceResponse<Body>>;

export const DEFAULT_TIMEOUT_MS = 30_000;

/** To services that run as processes of their own. */
export function httpTransport<Name extends string>(urls: Record<Name, string>): Transport<Name> {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 10_000 });
  return (service, { path, timeoutMs = DEFAULT_TIMEOUT_MS, signal, ...options }) =>
    withinDeadline(timeoutMs, signal, async (signal) => {
      const response = await request(new URL(path, urls[service]), { ...options, dispatcher: agent, signal });
      return {
        status: response.statusCode,
        headers: response.headers as Record<string, string | undefined>,
        body: await response.body.text(),
      };
    });
}

/** To services of this very process: the same requests through the same handlers, without a socket. */
export function inProcessTransport(apps: ReadonlyMap<SubgraphName, FastifyInstance>): Transport {
  return async (service, { method, path, headers = {}, body, signal, timeoutMs = DEFAULT_TIMEOUT_MS }) => {
    const app = apps.get(service);
    if (!app) throw new SystemError("SERVICE_OUT_OF_REACH");
    const response = await withinDeadline(timeoutMs, signal, (signal) =>
      app.inject({ method, url: path, headers, ...(body !== undefined && { payload: body }), signal }),
    );
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string | undefined>,
      body: response.body,
    };
  };
}

const tracer = trace.getTracer("@supergraph/service");

/** Calls a service on behalf of `identity`. @throws SystemError SERVICE_OUT_OF_REACH, TOOK_TOO_LONG */
export type ServiceCaller<Body = string> = (
  service: SubgraphName,
  identity: ForwardedIdentity,
  call: ServiceRequest,
) => Promise<ServiceResponse<Body>>;

/**
 * Calls services by `transport`: signs `x-claims` for each, and carries the request's id and trace along. Every call
 * between services goes through here, so that each is one span; of a body that is a stream it says nothing.
 */
export function serviceCaller<Body>(transport: Transport<SubgraphName, Body>, secret: Uint8Array): ServiceCaller<Body> {
  return async (service, identity, call) =>
    tracer.startActiveSpan(
      `${call.method} ${service}${call.path.split("?")[0] ?? ""}`,
      { kind: SpanKind.CLIENT, attributes: { "server.address": service, "http.request.method": call.method } },
      async (span) => {
        try {
          const headers: Record<string, string> = { ...call.headers };
          propagation.inject(context.active(), headers);
          const requestId = currentRequest()?.requestId;
          if (requestId !== undefined) headers["x-request-id"] = requestId;
          headers["x-claims"] = await signForwardedIdentity(identity, service, secret);
          if (call.body !== undefined) headers["content-type"] ??= "application/json";
          const response = await transport(service, { ...call, headers });
          span.setAttribute("http.response.status_code", response.status);
          return response;
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : "failed" });
          throw error;
        } finally {
          span.end();
        }
      },
    );
}

/** The identity under which a service calls another on its own account. */
export function serviceIdentity(name: ServiceName): ForwardedIdentity {
  return { caller: { sub: name, client: "service", roles: [], permissions: [] }, request: {} };
}

const OWN_SERVICES: ReadonlySet<string> = new Set<ServiceName>(["gateway", ...subgraphNames]);

/**
 * Whether it is one of our own services that calls. A service account is a service too, somebody else's: it comes with
 * a session, and must never pass for one of ours.
 */
export function isOwnService({ client, sub, sid, keyId }: Claims): boolean {
  return client === "service" && sid === undefined && keyId === undefined && OWN_SERVICES.has(sub);
}
