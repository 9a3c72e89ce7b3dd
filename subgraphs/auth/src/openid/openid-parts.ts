import type { EncryptionAtRest } from "@supergraph/persistence";
import type { SignInDependencies } from "../session/sign-in.service.js";
import { AuthorizationCodeRepository } from "./authorization-code.repository.js";
import { ExternalIdentityRepository } from "./external-identity.repository.js";
import { ExternalSignIn } from "./external-sign-in.js";
import { ExternalSignInRepository } from "./external-sign-in.repository.js";
import { OpenidProvider } from "./openid-provider.js";
import type { OpenidParts } from "./openid-routes.js";
import type { OpenidSettings } from "./openid-settings.js";

interface OpenidDependencies extends SignInDependencies {
  encryption: EncryptionAtRest;
}

export interface Openid {
  codes: AuthorizationCodeRepository;
  routes: Omit<OpenidParts, "identify">;
  /** Forgets sign-ins and codes that are of no use any more. */
  prune(): Promise<void>;
}

/** What sign-in with an outside provider is made of; undefined when there is none. */
export function openidParts(
  settings: OpenidSettings | undefined,
  issuer: string,
  use: OpenidDependencies,
): Openid | undefined {
  if (!settings) return undefined;
  const callbackUrl = `${issuer.replace(/\/$/, "")}/oauth/callback`;
  const codes = new AuthorizationCodeRepository(use.database);
  const signIns = new ExternalSignInRepository(use.database);
  const identities = new ExternalIdentityRepository(use.database);
  const provider = new OpenidProvider(settings, callbackUrl);
  const signIn = new ExternalSignIn({ ...use, provider, codes, signIns, identities });
  return {
    codes,
    routes: { issuer, callbackUrl, redirectUris: settings.redirectUris, signIn },
    prune: async () => {
      await signIns.prune();
      await codes.prune();
    },
  };
}
