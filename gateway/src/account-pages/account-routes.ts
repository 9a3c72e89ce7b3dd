import type { FastifyInstance } from "fastify";
import { sendPage } from "../landing/send-page.js";
import { accountPage, accountPages } from "./account-page.js";

/** Where the links in mails lead, unless an application of one's own has pages for them. A GET changes nothing. */
export function accountRoutes(app: FastifyInstance): void {
  for (const { path, ...texts } of accountPages) {
    const page = accountPage(texts);
    app.get(`/account/${path}`, (_, reply) => sendPage(reply.header("cache-control", "no-store"), page));
  }
}
