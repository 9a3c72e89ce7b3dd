export { canonicalEmail } from "./email-address.js";
export { ACCESS_TOKEN_SECONDS, AccessTokenVerifier, PUBLIC_CLIENT, signAccessToken } from "./access-token.js";
export type { AccessToken, TokenClient, TokenParties } from "./access-token.js";
export { apiKeyPrefix, hashOfApiKey, isApiKey, isWholeApiKey, newApiKey } from "./api-key.js";
export { builtInRoles } from "./built-in-roles.js";
export type { Claims, ClientKind, ForwardedIdentity, RequestFacts } from "./claims.js";
export { signForwardedIdentity, verifyForwardedIdentity } from "./forwarded-identity.js";
export { holds, meet, scopeOf, type Permission, type Scope } from "./permission.js";
export {
  entityPermissions,
  knownPermissions,
  type EntityAction,
  type KnownPermission,
} from "./permission-catalogue.js";
export { isPermission, problemOfPermission } from "./permission-names.js";
