import { randomBytes } from "node:crypto";
import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError, systemErrorOf } from "@supergraph/errors";
import type { ForwardedIdentity } from "@supergraph/identity";
import type { EncryptionAtRest, Database } from "@supergraph/persistence";
import type { AccountRepository, AccountRow } from "../account/account.repository.js";
import type { RegistrationService } from "../account/registration.service.js";
import { addressOf } from "../rate-limit/address.js";
import type { RateLimits } from "../rate-limit/rate-limits.js";
import { hashOfToken } from "../session/refresh-token.js";
import type { AuthorizationCodeRepository } from "./authorization-code.repository.js";
import type { AuthorizationRequest } from "./authorization-request.js";
import type { ExternalIdentityRepository } from "./external-identity.repository.js";
import { namesOf } from "./external-names.js";
import type { ExternalSignInRepository } from "./external-sign-in.repository.js";
import type { ExternalPerson, OpenidProvider, ProviderChecks } from "./openid-provider.js";

/** How long a person may take at the provider. */
export const SIGN_IN_SECONDS = 10 * 60;
const CODE_SECONDS = 60;
const ATTEMPT = { action: "auth.external-login", path: "oauth/callback" };

export interface ExternalSignInDependencies {
  database: Database;
  provider: OpenidProvider;
  signIns: ExternalSignInRepository;
  identities: ExternalIdentityRepository;
  codes: AuthorizationCodeRepository;
  accounts: AccountRepository;
  registrations: RegistrationService;
  encryption: EncryptionAtRest;
  limits: RateLimits;
  audit: AuditTrail;
}

/** A sign-in that has begun: where the browser goes, and what it must bring back. */
export interface BegunSignIn {
  location: string;
  state: string;
  browserKey: string;
}

/** What is kept of a sign-in, encrypted, while the person is at the provider. */
export interface PendingSignIn {
  request: AuthorizationRequest;
  checks: ProviderChecks;
}

const randomText = () => randomBytes(32).toString("base64url");

/** Signs people in by what an outside OpenID provider says of them. */
export class ExternalSignIn {
  constructor(private readonly use: ExternalSignInDependencies) {}

  /** @throws SystemError SERVICE_OUT_OF_REACH, TOO_MANY_REQUESTS */
  async begin(request: AuthorizationRequest, identity: ForwardedIdentity): Promise<BegunSignIn> {
    const { limits, provider, encryption, signIns } = this.use;
    await limits.limit("external-sign-in", addressOf(identity.request.ip));
    const checks = { state: randomText(), nonce: randomText(), codeVerifier: randomText() };
    const location = await provider.authorizationUrl(checks);
    const browserKey = randomText();
    const pending: PendingSignIn = { request, checks };
    await signIns.insert(
      {
        state_hash: hashOfToken(checks.state),
        browser_hash: hashOfToken(browserKey),
        request_encrypted: encryption.seal(JSON.stringify(pending), `external sign-in ${checks.state}`),
      },
      SIGN_IN_SECONDS,
    );
    return { location, state: checks.state, browserKey };
  }

  /**
   * The sign-in that this browser began, once.
   * @throws SystemError EXTERNAL_SIGN_IN_INVALID when there is none, which leaves an event
   */
  async take(state: string, browserKey: string | undefined, identity: ForwardedIdentity): Promise<PendingSignIn> {
    const { audit, encryption, signIns } = this.use;
    const sealed = browserKey && (await signIns.take(hashOfToken(state), hashOfToken(browserKey)));
    if (sealed) return JSON.parse(encryption.open(sealed, `external sign-in ${state}`)) as PendingSignIn;
    const refusal = new SystemError("EXTERNAL_SIGN_IN_INVALID");
    return audit.attempt({ ...ATTEMPT, identity }, () => Promise.reject(refusal));
  }

  /**
   * The code with which the frontend gets the person's tokens. One event, however it ends.
   * @throws SystemError EXTERNAL_SIGN_IN_FAILED, EXTERNAL_EMAIL_UNVERIFIED, EMAIL_TAKEN, ACCOUNT_NOT_ACTIVE,
   * SERVICE_OUT_OF_REACH, TOO_MANY_REQUESTS
   */
  async complete(pending: PendingSignIn, query: string, identity: ForwardedIdentity): Promise<string> {
    const { audit, codes, provider } = this.use;
    return audit.attempt({ ...ATTEMPT, identity }, async () => {
      const person = await provider.personOf(query, pending.checks);
      audit.describe({ metadata: { provider: person.issuer } });
      const { user_id, email } = (await this.known(person)) ?? (await this.registered(person, identity));
      const user = { id: user_id, label: email };
      audit.describe({ actor: { type: "user", ...user }, target: { type: "User", ...user } });
      const code = randomText();
      const { redirectUri, codeChallenge } = pending.request;
      await codes.insert(
        { code_hash: hashOfToken(code), user_id, redirect_uri: redirectUri, code_challenge: codeChallenge },
        CODE_SECONDS,
      );
      return code;
    });
  }

  /** On its own: while a new person is made in users no connection is held. */
  private async known({ issuer, sub }: ExternalPerson): Promise<AccountRow | undefined> {
    const { database, identities, accounts, audit } = this.use;
    const account = await database.independently(async () => {
      const userId = await identities.use(issuer, sub);
      return userId === undefined ? undefined : accounts.findById(userId);
    });
    if (!account) return undefined;
    const { user_id: id, email: label, status } = account;
    audit.describe({ actor: { type: "anonymous", id, label }, target: { type: "User", id, label } });
    if (status !== "ACTIVE") throw new SystemError("ACCOUNT_NOT_ACTIVE");
    return account;
  }

  /**
   * The address alone proves nothing of an account that exists: it is not taken over, whoever the provider says that
   * it belongs to.
   */
  private async registered(person: ExternalPerson, { request }: ForwardedIdentity) {
    const { accounts, audit, identities, limits, registrations } = this.use;
    const { email, email_verified, issuer, sub } = person;
    if (email !== undefined) audit.describe({ actor: { type: "anonymous", label: email } });
    if (email === undefined || !email_verified) throw new SystemError("EXTERNAL_EMAIL_UNVERIFIED");
    await limits.limit("registration", addressOf(request.ip));
    const userId = await registrations.register({ email, password: null, ...namesOf(person, email) }).catch(asTaken);
    await accounts.update(userId, { email_verified: true });
    await identities.insert(issuer, sub, userId);
    audit.describe({ metadata: { registered: true } });
    return { user_id: userId, email };
  }
}

function asTaken(error: unknown): never {
  if (systemErrorOf(error)?.reason !== "EMAIL_TAKEN") throw error;
  const message = "The e-mail address belongs to an account already. Sign in with its password.";
  throw new SystemError("EMAIL_TAKEN", { message, cause: error });
}
