import { invalidInput } from "@supergraph/errors";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Supergraph } from "./supergraph.js";

const queryString = z.object({
  after: z.coerce.number().int().min(0).default(0),
  wait: z.coerce.number().min(0).max(30).default(0),
});

/** The long poll by which gateways get the supergraph: 200 with a version over `after`, or 204 after `wait` seconds. */
export function supergraphRoutes(app: FastifyInstance, supergraph: () => Supergraph): void {
  // Who waits would keep the server from closing.
  app.addHook("preClose", (done) => {
    supergraph().stop();
    done();
  });

  app.get("/supergraph", async ({ query }, reply) => {
    const asked = queryString.safeParse(query);
    if (!asked.success) throw invalidInput({ path: "query", message: z.prettifyError(asked.error) });
    const newest = await supergraph().newestAfter(asked.data.after, asked.data.wait * 1_000);
    return newest ? reply.send(newest) : reply.code(204).send();
  });
}
