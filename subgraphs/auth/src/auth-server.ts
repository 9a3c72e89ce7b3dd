import type { FastifyInstance } from "fastify";
import type { Logger } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer } from "@supergraph/subgraph";
import { internalAccountRoutes } from "./account/internal-routes.js";
import { internalApiKeyRoutes } from "./api-key/internal-routes.js";
import { authContext } from "./auth-context.js";
import type { AuthParts } from "./auth-parts.js";
import type { AuthContext } from "./context.js";
import { outboxRoute } from "./mail/outbox-route.js";
import { oauthParts } from "./oauth/oauth-parts.js";
import { oauthRoutes } from "./oauth/oauth-routes.js";
import { openidRoutes } from "./openid/openid-routes.js";
import { authSchema } from "./schema.js";
import { internalSessionRoutes } from "./session/internal-routes.js";

/** The HTTP server of auth: its part of the supergraph, what other services ask it, and what everybody may. */
export async function authServer(
  parts: AuthParts,
  log: Logger,
  isReady: () => Promise<boolean>,
): Promise<FastifyInstance> {
  const { secret, database, audit, signIn, mail, openid } = parts;
  const { app, endpoint, identify } = createSubgraphServer<AuthContext>({
    name: "auth",
    secret,
    log,
    audit,
    isReady: async () => {
      await database.ping();
      return isReady();
    },
    context: authContext({ ...parts, ...signIn }),
    internal: (routes) => {
      internalSessionRoutes(routes, parts.bearerOf, parts.sessionChanges);
      internalApiKeyRoutes(routes, { claims: parts.apiKeyClaims, keys: parts.apiKeys, sessions: parts.sessions });
      if (mail.outbox) outboxRoute(routes, mail.outbox);
      internalAccountRoutes(routes, parts.accountService, parts.personalData);
    },
  });
  oauthRoutes(app, {
    ...oauthParts({ ...parts, keys: parts.keyRing, ...(openid && { codes: openid.codes }) }),
    identify,
  });
  if (openid) openidRoutes(app, { ...openid.routes, identify });
  app.get("/.well-known/jwks.json", () => parts.keyRing.publicKeys());
  await endpoint.use({ schema: buildExecutableSchema(await authSchema()) });
  return app;
}
