import { SystemError } from "@supergraph/errors";
import { canonicalEmail } from "@supergraph/identity";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  ClientSecretBasic,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  ResponseBodyError,
  type Configuration,
} from "openid-client";
import { z } from "zod";
import type { OpenidSettings } from "./openid-settings.js";

const SCOPE = "openid email profile";
const TIMEOUT_SECONDS = 10;

/** What binds the provider's answer to our question. */
export interface ProviderChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** Whom the provider says that somebody is. */
export type ExternalPerson = z.output<typeof personClaims> & { issuer: string };

const text = z.string().trim().min(1).optional().catch(undefined);
const personClaims = z.object({
  sub: z.string(),
  email: z.string().transform(canonicalEmail).optional().catch(undefined),
  email_verified: z.boolean().default(false).catch(false),
  given_name: text,
  family_name: text,
  name: text,
});

/** The outside OpenID provider. It is discovered when it is first needed: auth starts while the provider is down. */
export class OpenidProvider {
  #configuration: Promise<Configuration> | undefined;

  constructor(
    private readonly settings: OpenidSettings,
    readonly callbackUrl: string,
  ) {}

  /** Where the browser goes to sign in. @throws SystemError SERVICE_OUT_OF_REACH */
  async authorizationUrl({ state, nonce, codeVerifier }: ProviderChecks): Promise<string> {
    const configuration = await this.#discovered();
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.callbackUrl,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: "S256",
    });
    return url.href;
  }

  /**
   * Trades the query with which the browser came back for the person. openid-client verifies state, `iss`, the ID
   * token's signature, issuer, audience, time and nonce (OpenID Connect Core 3.1.3.7).
   * @throws SystemError EXTERNAL_SIGN_IN_FAILED, SERVICE_OUT_OF_REACH
   */
  async personOf(query: string, checks: ProviderChecks): Promise<ExternalPerson> {
    const configuration = await this.#discovered();
    try {
      const tokens = await authorizationCodeGrant(configuration, new URL(`${this.callbackUrl}?${query}`), {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new SystemError("EXTERNAL_SIGN_IN_FAILED");
      const isComplete = claims.email !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined;
      const more = isComplete ? {} : await fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...personClaims.parse({ ...more, ...claims }), issuer: claims.iss };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #discovered(): Promise<Configuration> {
    this.#configuration ??= this.#discover().catch((cause: unknown) => {
      this.#configuration = undefined;
      throw new SystemError("SERVICE_OUT_OF_REACH", { cause });
    });
    return this.#configuration;
  }

  #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    return discovery(new URL(issuer), clientId, undefined, ClientSecretBasic(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      // Without it openid-client takes an ID token that comes over TLS on trust.
      execute: [enableNonRepudiationChecks, ...(issuer.startsWith("http:") ? [allowInsecureRequests] : [])],
    });
  }
}

function refusalOf(cause: unknown): SystemError {
  if (cause instanceof SystemError) return cause;
  const isAnswer =
    cause instanceof AuthorizationResponseError || cause instanceof ResponseBodyError || cause instanceof ClientError;
  return new SystemError(isAnswer ? "EXTERNAL_SIGN_IN_FAILED" : "SERVICE_OUT_OF_REACH", { cause });
}
