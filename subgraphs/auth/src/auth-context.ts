import { loaderById, loaderOfLists, type SubgraphContext } from "@supergraph/subgraph";
import type { ApiKeyRepository } from "./api-key/api-key.repository.js";
import { ApiKeyService } from "./api-key/api-key.service.js";
import { PasswordChangeService } from "./account/password-change.service.js";
import type { AuthContext } from "./context.js";
import { EmailService, type EmailDependencies } from "./mailed-link/email.service.js";
import { PasswordResetService, type PasswordResetDependencies } from "./mailed-link/password-reset.service.js";
import { ImpersonationService } from "./impersonation/impersonation.service.js";
import type { EntityTypes } from "./permission/entity-types.js";
import { PermissionService } from "./permission/permission.service.js";
import { GrantService } from "./role/grant.service.js";
import type { LastAdministrator } from "./role/last-administrator.js";
import type { RoleRepository } from "./role/role.repository.js";
import { RoleService } from "./role/role.service.js";
import { SecondFactorService, type SecondFactorDependencies } from "./second-factor/second-factor.service.js";
import type { ServiceAccountRepository } from "./service-account/service-account.repository.js";
import { ServiceAccountService } from "./service-account/service-account.service.js";
import type { ServiceSessions } from "./service-account/service-sessions.js";
import { SessionService } from "./session/session.service.js";
import { SignInService, type SignInDependencies } from "./session/sign-in.service.js";
import type { KeyRotation } from "./signing-key/key-rotation.js";
import type { SigningKeyRepository } from "./signing-key/signing-key.repository.js";
import { SigningKeyService } from "./signing-key/signing-key.service.js";

interface ContextDependencies
  extends SignInDependencies, SecondFactorDependencies, EmailDependencies, PasswordResetDependencies {
  roles: RoleRepository;
  apiKeys: ApiKeyRepository;
  lastAdministrator: LastAdministrator;
  entityTypes: EntityTypes;
  keys: SigningKeyRepository;
  rotation: KeyRotation;
  serviceAccounts: ServiceAccountRepository;
  serviceSessions: ServiceSessions;
}

/** Makes each request its services and loaders. */
export function authContext(use: ContextDependencies) {
  const { roles, lastAdministrator, apiKeys, sessions, sessionChanges, accounts, secondFactorRows, audit } = use;
  return (base: SubgraphContext): AuthContext => {
    const { caller } = base;
    const sessionsByUser = loaderOfLists(
      (ids) => sessions.findLiveByUsers(ids),
      (row) => row.user_id,
    );
    const rolesByUser = loaderOfLists(
      (ids) => roles.findByUsers(ids),
      (row) => row.user_id,
    );
    return {
      ...base,
      signIn: new SignInService(caller, use),
      sessions: new SessionService(caller, sessions, sessionChanges, sessionsByUser, audit),
      impersonations: new ImpersonationService(caller, use),
      passwordChange: new PasswordChangeService(caller, use),
      secondFactors: new SecondFactorService(caller, use, {
        enrolled: loaderById(
          (ids) => secondFactorRows.findEnrolled(ids),
          (row) => row.user_id,
        ),
        recoveryCodes: loaderById(
          (ids) => secondFactorRows.countRecoveryCodes(ids),
          (row) => row.user_id,
        ),
      }),
      apiKeys: new ApiKeyService(caller, apiKeys, sessionChanges, audit),
      roles: new RoleService(caller, roles, lastAdministrator, accounts, sessionChanges, audit),
      permissions: new PermissionService(caller, accounts, roles, use.entityTypes),
      grants: new GrantService(caller, rolesByUser),
      signingKeys: new SigningKeyService(caller, use.keys, use.rotation, audit),
      serviceAccounts: new ServiceAccountService(caller, use.serviceAccounts, use.serviceSessions, audit),
      passwordResets: new PasswordResetService(caller, use),
      emails: new EmailService(caller, use),
      loaders: {
        verifiedEmails: loaderById(
          (ids) => accounts.findVerified(ids),
          (row) => row.user_id,
        ),
        roleUsers: loaderById(
          (ids) => roles.countUsers(ids),
          (row) => row.role_id,
        ),
      },
    };
  };
}
