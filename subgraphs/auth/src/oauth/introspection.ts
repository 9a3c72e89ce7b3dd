import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError, systemErrorOf } from "@supergraph/errors";
import { holds, PUBLIC_CLIENT, type Claims, type TokenParties } from "@supergraph/identity";
import { decodeJwt } from "jose";
import type { Bearer } from "../session/session-issuer.js";
import type { ClientAuthentication } from "./client-authentication.js";
import type { OAuthRequest } from "./oauth-request.js";
import type { TokenReader } from "./presented-token.js";

const INTROSPECT = "tokens:introspect";

/** RFC 7662 section 2.2. Of what is not active nothing is said, not even why. */
export type Introspection = { active: false } | ({ active: true; sub: string; sid: string } & Record<string, unknown>);

interface IntrospectionParts {
  clients: ClientAuthentication;
  tokens: TokenReader;
  bearerOf: (sessionId: string) => Promise<Bearer | undefined>;
  parties: TokenParties;
  audit: AuditTrail;
}

/** Tells services that hold tokens:introspect whether a token counts, and for what (RFC 7662). */
export class IntrospectionService {
  constructor(private readonly use: IntrospectionParts) {}

  /** @throws SystemError CLIENT_INVALID, PERMISSION_MISSING; a refusal leaves an event */
  async introspect(request: OAuthRequest): Promise<Introspection> {
    const token = request.form.require("token");
    await this.assertMayIntrospect(request);
    const presented = await this.use.tokens.read(token);
    const bearer = presented?.isUsable ? await this.use.bearerOf(presented.sessionId) : undefined;
    if (!presented || !bearer) return { active: false };
    const { claims } = bearer;
    if (presented.kind === "refresh") return { active: true, ...this.shared(claims, presented.sessionId) };
    if (presented.subject !== claims.sub) return { active: false };
    const { exp, iat, jti, aud } = decodeJwt(token);
    return {
      active: true,
      ...this.shared(claims, presented.sessionId),
      token_type: "Bearer",
      ...{ exp, iat, jti, aud },
      ...(claims.act && { act: claims.act }),
    };
  }

  private shared({ sub, client, permissions }: Claims, sid: string) {
    return {
      iss: this.use.parties.issuer,
      sub,
      sid,
      client_id: client === "service" ? sub : PUBLIC_CLIENT,
      ...(permissions.length > 0 && { scope: permissions.join(" ") }),
    };
  }

  private async assertMayIntrospect(request: OAuthRequest): Promise<void> {
    const label = request.credentials?.id;
    try {
      const { permissions } = await this.use.clients.authenticate(request);
      if (!holds(permissions, INTROSPECT))
        throw new SystemError("PERMISSION_MISSING", { message: `You need the permission ${INTROSPECT} to do this.` });
    } catch (error) {
      const refused = systemErrorOf(error);
      if (refused) {
        const actor = { type: "anonymous" as const, ...(label !== undefined && { label }) };
        const { identity } = request;
        await this.use.audit.recordDenial(
          { action: "tokens.introspect", identity, path: "oauth/introspect", details: { actor } },
          refused,
        );
      }
      throw error;
    }
  }
}
