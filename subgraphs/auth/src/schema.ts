import { buildStaticSchema, type StaticSchema } from "@supergraph/subgraph";
import { ApiKeyResolver } from "./api-key/api-key.resolver.js";
import { PasswordResolver } from "./account/password.resolver.js";
import type { AuthContext } from "./context.js";
import { MailedLinkResolver } from "./mailed-link/mailed-link.resolver.js";
import { ImpersonationResolver } from "./impersonation/impersonation.resolver.js";
import { PermissionResolver } from "./permission/permission.resolver.js";
import { RoleResolver } from "./role/role.resolver.js";
import { SecondFactorResolver } from "./second-factor/second-factor.resolver.js";
import { ServiceAccountResolver } from "./service-account/service-account.resolver.js";
import { SessionResolver } from "./session/session.resolver.js";
import { SigningKeyResolver } from "./signing-key/signing-key.resolver.js";
import { UserResolver } from "./user/user.resolver.js";

/** The auth subgraph's part of the supergraph. */
export function authSchema(): Promise<StaticSchema> {
  return buildStaticSchema<AuthContext>({
    resolvers: [
      SessionResolver,
      MailedLinkResolver,
      PasswordResolver,
      SecondFactorResolver,
      ImpersonationResolver,
      RoleResolver,
      ApiKeyResolver,
      ServiceAccountResolver,
      PermissionResolver,
      SigningKeyResolver,
      UserResolver,
    ],
    references: {
      User: ({ id }) => ({ id }),
      Session: ({ id }, { sessions }) => sessions.find(id),
      ApiKey: ({ id }, { apiKeys }) => apiKeys.find(id),
      Role: ({ id }, { roles }) => roles.find(id),
      ServiceAccount: ({ id }, { serviceAccounts }) => serviceAccounts.find(id),
    },
  });
}
