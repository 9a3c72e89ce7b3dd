import type { SubgraphContext } from "@supergraph/subgraph";
import type DataLoader from "dataloader";
import type { ApiKeyService } from "./api-key/api-key.service.js";
import type { EmailService } from "./mailed-link/email.service.js";
import type { PasswordResetService } from "./mailed-link/password-reset.service.js";
import type { PasswordChangeService } from "./account/password-change.service.js";
import type { PermissionService } from "./permission/permission.service.js";
import type { GrantService } from "./role/grant.service.js";
import type { ImpersonationService } from "./impersonation/impersonation.service.js";
import type { RoleService } from "./role/role.service.js";
import type { SecondFactorService } from "./second-factor/second-factor.service.js";
import type { ServiceAccountService } from "./service-account/service-account.service.js";
import type { SessionService } from "./session/session.service.js";
import type { SignInService } from "./session/sign-in.service.js";
import type { SigningKeyService } from "./signing-key/signing-key.service.js";

export interface AuthContext extends SubgraphContext {
  readonly signIn: SignInService;
  readonly sessions: SessionService;
  readonly impersonations: ImpersonationService;
  readonly passwordChange: PasswordChangeService;
  readonly secondFactors: SecondFactorService;
  readonly apiKeys: ApiKeyService;
  readonly permissions: PermissionService;
  readonly roles: RoleService;
  readonly grants: GrantService;
  readonly signingKeys: SigningKeyService;
  readonly serviceAccounts: ServiceAccountService;
  readonly passwordResets: PasswordResetService;
  readonly emails: EmailService;
  readonly loaders: {
    /** Whose e-mail address is verified, by user id. */
    readonly verifiedEmails: DataLoader<string, { user_id: string } | null>;
    /** How many hold a role, by its id. */
    readonly roleUsers: DataLoader<string, { role_id: string; count: string } | null>;
  };
}
