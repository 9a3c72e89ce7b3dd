import { AccessTokenVerifier, type TokenParties } from "@supergraph/identity";
import type { AuthorizationCodeRepository } from "../openid/authorization-code.repository.js";
import type { ServiceAccountRepository } from "../service-account/service-account.repository.js";
import type { ServiceSessionRepository } from "../service-account/service-session.repository.js";
import type { ServiceSessions } from "../service-account/service-sessions.js";
import type { Bearer } from "../session/session-issuer.js";
import type { SignInDependencies } from "../session/sign-in.service.js";
import type { KeyRing } from "../signing-key/key-ring.js";
import { authorizationCodeGrant } from "./authorization-code.grant.js";
import { ClientAuthentication } from "./client-authentication.js";
import { clientCredentialsGrant } from "./client-credentials.grant.js";
import type { Grant } from "./grant.js";
import { IntrospectionService } from "./introspection.js";
import type { OAuthParts } from "./oauth-routes.js";
import { TokenReader } from "./presented-token.js";
import { refreshTokenGrant } from "./refresh-token.grant.js";
import { RevocationService } from "./revocation.js";

export interface OAuthDependencies {
  parties: TokenParties;
  keys: KeyRing;
  signIn: SignInDependencies;
  serviceAccounts: ServiceAccountRepository;
  serviceSessions: ServiceSessions;
  serviceSessionRows: ServiceSessionRepository;
  bearerOf: (sessionId: string) => Promise<Bearer | undefined>;
  /** With an outside provider: the codes that its sign-ins end with. */
  codes?: AuthorizationCodeRepository;
}

/** What the OAuth endpoints are made of. */
export function oauthParts(use: OAuthDependencies): Omit<OAuthParts, "identify"> {
  const { parties, keys, signIn, serviceAccounts, serviceSessions, serviceSessionRows, bearerOf, codes } = use;
  const { audit, sessions, sessionChanges, refreshTokens } = signIn;
  const clients = new ClientAuthentication(serviceAccounts, signIn.limits);
  const tokens = new TokenReader(new AccessTokenVerifier(() => keys.publicKeys(), parties), refreshTokens, keys);
  return {
    issuer: parties.issuer,
    grants: new Map<string, Grant>([
      [
        "client_credentials",
        clientCredentialsGrant({ clients, accounts: serviceAccounts, sessions: serviceSessions, audit }),
      ],
      ["refresh_token", refreshTokenGrant(signIn)],
      ...(codes ? [["authorization_code", authorizationCodeGrant({ ...signIn, codes })] as const] : []),
    ]),
    introspection: new IntrospectionService({ clients, tokens, bearerOf, parties, audit }),
    revocation: new RevocationService({
      clients,
      tokens,
      sessions,
      sessionChanges,
      serviceSessions,
      serviceSessionRows,
      audit,
    }),
  };
}
