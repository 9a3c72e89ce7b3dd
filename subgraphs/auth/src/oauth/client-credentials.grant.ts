import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { ACCESS_TOKEN_SECONDS, holds, isPermission } from "@supergraph/identity";
import type { ServiceAccountRepository, ServiceAccountRow } from "../service-account/service-account.repository.js";
import type { ServiceSessions } from "../service-account/service-sessions.js";
import type { ClientAuthentication } from "./client-authentication.js";
import type { Grant, TokenAnswer } from "./grant.js";
import type { OAuthRequest } from "./oauth-request.js";

/** As many as an account may be given. */
const MAXIMUM_SCOPES = 100;

interface ClientCredentialsParts {
  clients: ClientAuthentication;
  accounts: ServiceAccountRepository;
  sessions: ServiceSessions;
  audit: AuditTrail;
}

/** A service account's access token (RFC 6749 section 4.4); there is no refresh token: the secret does as well. */
export function clientCredentialsGrant(use: ClientCredentialsParts): Grant {
  return (request) =>
    use.audit.attempt(
      {
        action: "auth.client-credentials",
        identity: request.identity,
        path: "oauth/token",
        details: {
          actor: { type: "anonymous", ...(request.credentials && { label: request.credentials.id }) },
        },
      },
      () => tokenFor(request, use),
    );
}

async function tokenFor(request: OAuthRequest, use: ClientCredentialsParts): Promise<TokenAnswer> {
  const account = await use.clients.authenticate(request);
  use.audit.describe({ target: { type: "ServiceAccount", id: account.id, label: account.name } });
  const permissions = narrowed(account, request.form.get("scope"));
  // Of a rotation or a disabling at the same moment either comes first: a token of before it ends with it.
  if (!(await use.accounts.markUsed(account))) throw new SystemError("CLIENT_INVALID");
  const { accessToken, sessionId } = await use.sessions.open(account, permissions, request.identity.request);
  use.audit.describe({ actor: { type: "service", label: account.id, sessionId } });
  return {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: ACCESS_TOKEN_SECONDS,
    ...(permissions.length > 0 && { scope: permissions.join(" ") }),
  };
}

/** What the token may do: all that the account may, or what was asked for of it (RFC 6749 section 3.3). */
function narrowed({ permissions }: ServiceAccountRow, scope: string | undefined): string[] {
  if (scope === undefined) return permissions;
  const wanted = [...new Set(scope.split(" "))];
  // An access token goes in a header: the many names that a wildcard stands for would not fit.
  if (
    wanted.length > MAXIMUM_SCOPES ||
    wanted.some((permission) => !isPermission(permission) || !holds(permissions, permission))
  )
    throw new SystemError("SCOPE_NOT_HELD");
  return wanted;
}
