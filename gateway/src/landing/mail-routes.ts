import { SystemError } from "@supergraph/errors";
import { serviceIdentity, type ServiceCaller } from "@supergraph/service";
import type { FastifyInstance } from "fastify";
import { prefersHtml } from "./landing-routes.js";
import { mailPage, type SentLetter } from "./mail-page.js";
import { sendPage } from "./send-page.js";

/** Whether a host, as a setting or a request names it, is this machine. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host);

/** The mails that auth keeps in development, as a page for people and as JSON for programs. */
export function mailRoutes(app: FastifyInstance, call: ServiceCaller): void {
  app.get("/dev/mail", async (request, reply) => {
    // A name that somebody else's page has made to mean this machine (DNS rebinding) reads nothing.
    if (!isLoopback(request.hostname)) throw new SystemError("ROUTE_NOT_FOUND");
    const { status, body } = await call("auth", serviceIdentity("gateway"), {
      method: "GET",
      path: "/internal/mail-outbox",
    });
    void reply.headers({ "cache-control": "no-store", vary: "accept, origin" });
    const letters = status === 200 ? (JSON.parse(body) as SentLetter[]) : undefined;
    if (prefersHtml(request)) return sendPage(reply.code(letters ? 200 : 404), mailPage(letters));
    if (!letters) throw new SystemError("ROUTE_NOT_FOUND");
    return reply.send(letters);
  });
}
