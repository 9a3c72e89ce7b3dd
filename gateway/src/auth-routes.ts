import type { ServiceCaller } from "@supergraph/service";
import type { FastifyInstance, HTTPMethods } from "fastify";
import { anonymous } from "./caller/caller-identifier.js";
import { picked, queryOf } from "./passed-on.js";

/** What auth serves to everybody beside GraphQL. Auth is asked for these paths, not for what a client wrote to get here. */
const ROUTES: readonly { method: HTTPMethods[]; url: string }[] = [
  { method: ["GET"], url: "/.well-known/jwks.json" },
  { method: ["GET"], url: "/.well-known/oauth-authorization-server" },
  { method: ["GET"], url: "/oauth/authorize" },
  { method: ["GET"], url: "/oauth/callback" },
  { method: ["POST"], url: "/oauth/token" },
  { method: ["POST"], url: "/oauth/introspect" },
  { method: ["POST"], url: "/oauth/revoke" },
];

/** Of a client's request, what auth may see: a header that is not here, `x-claims` above all, does not pass. */
const REQUEST_HEADERS = ["accept", "authorization", "content-type", "cookie"];
const RESPONSE_HEADERS = [
  "cache-control",
  "content-type",
  "location",
  "pragma",
  "retry-after",
  "set-cookie",
  "www-authenticate",
];

/** Serves auth's public routes at the gateway, where clients reach them. */
export function authRoutes(app: FastifyInstance, call: ServiceCaller): void {
  void app.register((routes, _, done) => {
    // Passed on byte for byte: what the body says is for auth to read.
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser("*", { parseAs: "string" }, (_request, body, parsed) => {
      parsed(null, body);
    });
    for (const route of ROUTES) {
      routes.route({
        ...route,
        handler: async (request, reply) => {
          const { status, headers, body } = await call("auth", anonymous(request).identity(null), {
            method: request.method as "GET" | "POST",
            path: route.url + queryOf(request.url),
            headers: picked(request.headers, REQUEST_HEADERS),
            ...(typeof request.body === "string" && { body: request.body }),
          });
          return reply.code(status).headers(picked(headers, RESPONSE_HEADERS)).send(body);
        },
      });
    }
    done();
  });
}
