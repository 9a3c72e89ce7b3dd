import type { FastifyInstance } from "fastify";
import type { DevelopmentOutbox } from "./development-outbox.js";

/** For the gateway, which shows it to developers: the mails that were not sent anywhere. */
export function outboxRoute(app: FastifyInstance, outbox: DevelopmentOutbox): void {
  app.get("/mail-outbox", () => outbox.letters);
}
