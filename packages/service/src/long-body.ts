import type { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";

const GRACE_MS = 5_000;

/**
 * For bodies that may take hours, which a service that is told to stop can't wait for: gives back a function that
 * registers one, to be broken off when it is still being sent 5 s (`graceMs`) after `app` began to close.
 */
export function breakingOffAtClose(app: FastifyInstance, graceMs = GRACE_MS): (body: Readable) => Readable {
  const beingSent = new Set<Readable>();
  app.addHook("preClose", (done) => {
    setTimeout(() => {
      for (const body of beingSent) body.destroy(new Error("broken off: the service stops"));
    }, graceMs).unref();
    done();
  });
  return (body) => {
    beingSent.add(body);
    body.once("close", () => beingSent.delete(body));
    return body;
  };
}
