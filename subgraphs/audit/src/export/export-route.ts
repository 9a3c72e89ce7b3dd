import { Readable } from "node:stream";
import type { SubgraphContext } from "@supergraph/subgraph";
import { breakingOffAtClose } from "@supergraph/service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ExportService } from "./export.service.js";
import { writers } from "./formats.js";
import type { QueryString } from "./query.js";

/** `GET /audit/export`, for the gateway: the stream begins once the export is allowed and recorded. */
export function exportRoute(
  app: FastifyInstance,
  exports: ExportService,
  contextOf: (request: FastifyRequest) => Promise<SubgraphContext>,
): void {
  const registered = breakingOffAtClose(app);
  app.get("/audit/export", { exposeHeadRoute: false }, async (request, reply) => {
    const { format, lines } = await exports.begin(await contextOf(request), request.query as QueryString);
    const { contentType, extension } = writers[format];
    const name = `audit-${new Date().toISOString().slice(0, 10)}.${extension}`;
    return reply
      .type(contentType)
      .header("content-disposition", `attachment; filename="${name}"`)
      .header("cache-control", "no-store")
      .send(registered(Readable.from(lines, { objectMode: false, highWaterMark: 1 << 18 })));
  });
}
