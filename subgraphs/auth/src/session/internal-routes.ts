import { setTimeout as sleep } from "node:timers/promises";
import { SystemError } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { SessionChangeRepository } from "./session-change.repository.js";
import type { Bearer } from "./session-issuer.js";

const POLL_MS = 250;
const MAXIMUM_CHANGES = 1_000;

const feedQuery = z.object({
  after: z.coerce.number().int().min(0).optional(),
  wait: z.coerce.number().min(0).max(30).default(0),
});

/** For gateways: who a session belongs to, and the numbered feed of what they must no longer remember. */
export function internalSessionRoutes(
  app: FastifyInstance,
  bearerOf: (sessionId: string) => Promise<Bearer | undefined>,
  changes: SessionChangeRepository,
): void {
  let isClosing = false;
  app.addHook("preClose", (done) => {
    isClosing = true;
    done();
  });

  app.get<{ Params: { id: string } }>("/sessions/:id", async ({ params }) => {
    const bearer = isId(params.id) ? await bearerOf(params.id) : undefined;
    if (!bearer) throw new SystemError("SESSION_NOT_FOUND");
    return { ...bearer.claims, expiresAt: bearer.expiresAt };
  });

  app.get("/session-changes", async ({ query }) => {
    const { after, wait } = feedQuery.parse(query);
    if (after === undefined) return { position: await changes.currentPosition(), changes: [] };
    const deadline = Date.now() + wait * 1_000;
    for (;;) {
      const news = await changes.findAfter(after, MAXIMUM_CHANGES);
      if (news.changes.length > 0) return news;
      await sleep(POLL_MS);
      // The database may be closed by now.
      if (isClosing || Date.now() >= deadline) return { position: after, changes: [] };
    }
  });
}
