import formbody from "@fastify/formbody";
import { SystemError } from "@supergraph/errors";
import type { ForwardedIdentity } from "@supergraph/identity";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Grant } from "./grant.js";
import type { IntrospectionService } from "./introspection.js";
import { serverMetadata } from "./metadata.js";
import { sendOAuthError } from "./oauth-error.js";
import { credentialsOf, OAuthForm, type OAuthRequest } from "./oauth-request.js";
import type { RevocationService } from "./revocation.js";

export interface OAuthParts {
  issuer: string;
  /** By `grant_type`. */
  grants: ReadonlyMap<string, Grant>;
  introspection: IntrospectionService;
  revocation: RevocationService;
  identify: (request: FastifyRequest) => Promise<ForwardedIdentity>;
}

/** OAuth 2.0 for clients: tokens (RFC 6749), what they are worth (RFC 7662), their end (RFC 7009), and where (RFC 8414). */
export function oauthRoutes(app: FastifyInstance, use: OAuthParts): void {
  const { issuer, grants, introspection, revocation } = use;
  app.get("/.well-known/oauth-authorization-server", () => serverMetadata(issuer, [...grants.keys()]));

  void app.register(
    async (routes) => {
      routes.removeAllContentTypeParsers();
      await routes.register(formbody);
      routes.setErrorHandler(sendOAuthError);
      routes.addHook("onRequest", (_, reply, done) => {
        void reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
        done();
      });
      const read = async (request: FastifyRequest): Promise<OAuthRequest> => {
        const form = new OAuthForm(request.body);
        const credentials = credentialsOf(request.headers.authorization, form);
        return { form, credentials, identity: await use.identify(request) };
      };

      routes.post("/token", async (request) => {
        const asked = await read(request);
        const grant = grants.get(asked.form.require("grant_type"));
        if (!grant) throw new SystemError("GRANT_TYPE_UNKNOWN");
        return grant(asked);
      });
      routes.post("/introspect", async (request) => introspection.introspect(await read(request)));
      routes.post("/revoke", async (request, reply) => {
        await revocation.revoke(await read(request));
        return reply.code(200).send();
      });
    },
    { prefix: "/oauth" },
  );
}
