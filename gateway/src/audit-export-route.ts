import type { Readable } from "node:stream";
import { breakingOffAtClose, type ServiceCaller } from "@supergraph/service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "./caller/caller.js";
import { picked, queryOf } from "./passed-on.js";

const RESPONSE_HEADERS = ["cache-control", "content-disposition", "content-type", "retry-after"];

export interface AuditExportParts {
  /** @throws SystemError when the request claims to be somebody and can't prove it */
  identify: (request: FastifyRequest) => Caller | Promise<Caller>;
  stream: ServiceCaller<Readable>;
}

/**
 * Serves audit's export at the gateway, as it comes: audit says who may have it, and records that they did or were
 * refused. It ends at audit when the client goes away; what breaks off there breaks off here, so that half an export
 * never looks like a whole one.
 */
export function auditExportRoute(app: FastifyInstance, { identify, stream }: AuditExportParts): void {
  const registered = breakingOffAtClose(app);
  app.get("/audit/export", { exposeHeadRoute: false }, async (request, reply) => {
    const caller = await identify(request);
    if (caller.lapsed) throw caller.lapsed;
    const { status, headers, body } = await stream("audit", caller.identity(null), {
      method: "GET",
      path: `/audit/export${queryOf(request.url)}`,
      signal: request.signal,
    });
    return reply.code(status).headers(picked(headers, RESPONSE_HEADERS)).send(registered(body));
  });
}
