import type { FastifyReply } from "fastify";
import type { Page } from "./page.js";

/** Sends a page under its own policy. Where it was read from is told to no other page: an address may hold a token. */
export function sendPage(
  reply: FastifyReply,
  { html, contentSecurityPolicy }: Page,
  body: string | Buffer = html,
): FastifyReply {
  return reply
    .headers({
      "content-security-policy": contentSecurityPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    })
    .type("text/html; charset=utf-8")
    .send(body);
}
