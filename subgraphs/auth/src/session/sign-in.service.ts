import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { canonicalEmail, signForwardedIdentity, type Claims } from "@supergraph/identity";
import type { Database } from "@supergraph/persistence";
import { currentRequest } from "@supergraph/service";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository } from "../account/account.repository.js";
import type { Passwords } from "../account/password.js";
import { addressOf } from "../rate-limit/address.js";
import type { RateLimits } from "../rate-limit/rate-limits.js";
import type { SignInGuard } from "../rate-limit/sign-in-guard.js";
import type { NewPerson, RegistrationService } from "../account/registration.service.js";
import type { SecondFactors } from "../second-factor/second-factors.js";
import type { MailService } from "../mail/mail.service.js";
import { RefreshFamily } from "./refresh-family.js";
import type { RefreshTokens } from "./refresh-token.js";
import type { RefreshTokenRepository } from "./refresh-token.repository.js";
import type { SessionChangeRepository } from "./session-change.repository.js";
import type { SessionIssuer } from "./session-issuer.js";
import type { SessionRepository } from "./session.repository.js";
import type { AuthPayload } from "./session.type.js";

export interface SignInDependencies {
  database: Database;
  accounts: AccountRepository;
  registrations: RegistrationService;
  passwords: Passwords;
  limits: RateLimits;
  guard: SignInGuard;
  secondFactors: SecondFactors;
  sessions: SessionRepository;
  refreshTokens: RefreshTokenRepository;
  tokens: RefreshTokens;
  sessionChanges: SessionChangeRepository;
  issuer: SessionIssuer;
  mail: MailService;
  audit: AuditTrail;
  /** Signs the claims that the gateway reads from the response. */
  secret: Uint8Array;
}

/** What a person signs in with. */
interface Credentials {
  email: string;
  password: string;
  /** Of the second factor, for those who have one. */
  otp?: string | null;
}

/** Registering, signing in and refreshing, for one caller. */
export class SignInService {
  constructor(
    private readonly caller: Caller,
    private readonly use: SignInDependencies,
  ) {}

  /** @throws SystemError INVALID_INPUT, EMAIL_TAKEN, TOO_MANY_REQUESTS, TOO_BUSY, SERVICE_OUT_OF_REACH */
  async register(person: NewPerson): Promise<AuthPayload> {
    const { audit, limits, registrations, passwords, mail } = this.use;
    audit.describe({ actor: { type: "anonymous", label: person.email } });
    passwords.assertRoom();
    await limits.limit("registration", addressOf(this.caller.identity.request.ip));
    const userId = await registrations.register(person);
    await mail.verification(userId);
    return this.open(userId, canonicalEmail(person.email) ?? person.email);
  }

  /**
   * An unknown account, and one without a password, has the answer of a wrong password, after the same time. Of a
   * second factor nothing is told before the password was right.
   * @throws SystemError INVALID_CREDENTIALS, ACCOUNT_NOT_ACTIVE, MFA_REQUIRED, OTP_INVALID, TOO_MANY_REQUESTS, TOO_BUSY
   */
  async login({ email, password, otp }: Credentials): Promise<AuthPayload> {
    const { database, accounts, secondFactors, audit, guard, passwords } = this.use;
    audit.describe({ actor: { type: "anonymous", label: email } });
    passwords.assertRoom();
    // On its own, so that no connection is held while the password is hashed.
    const account = await database.independently(() => accounts.findByEmail(email));
    audit.describe({
      actor: { type: "anonymous", label: account?.email ?? email, ...(account && { id: account.user_id }) },
      ...(account && { target: { type: "User", id: account.user_id, label: account.email } }),
    });
    const isRight = await guard.password(
      { email: account?.email ?? email, userId: account?.user_id, ip: this.caller.identity.request.ip },
      () => passwords.match(password, account?.password_hash),
    );
    if (!isRight || !account) throw new SystemError("INVALID_CREDENTIALS");
    if (account.status !== "ACTIVE") throw new SystemError("ACCOUNT_NOT_ACTIVE");
    const amr = await secondFactors.amrOf(account.user_id, otp);
    audit.describe({ metadata: { amr } });
    // A change of the password while this one was hashed ends the session that would begin, or waits for it.
    if (!(await accounts.lockUnchanged(account))) throw new SystemError("INVALID_CREDENTIALS");
    return this.open(account.user_id, account.email, amr);
  }

  /** @throws SystemError REFRESH_TOKEN_INVALID, REFRESH_TOKEN_REUSED, ACCOUNT_NOT_ACTIVE */
  async refresh(token: string): Promise<AuthPayload> {
    const { session, successor } = await new RefreshFamily(this.use).trade(token);
    return this.signIn(await this.use.issuer.payload(session, successor), undefined);
  }

  private async open(userId: string, email: string, amr = ["pwd"]): Promise<AuthPayload> {
    const { request } = this.caller.identity;
    const payload = await this.use.issuer.open(userId, request, { amr });
    await this.use.guard.signedIn(userId, request.ip);
    return this.signIn(payload, email);
  }

  /** From here on the caller is the person, in this subgraph and, by the header, in the rest of the operation. */
  private async signIn(payload: AuthPayload, label: string | undefined): Promise<AuthPayload> {
    const claims = await this.use.issuer.claimsOf(payload.session.id);
    if (!claims) throw new SystemError("ACCOUNT_NOT_ACTIVE");
    const { id } = payload.user;
    const email = label ?? claims.email;
    this.use.audit.describe({
      actor: {
        type: "user",
        id,
        sessionId: payload.session.id,
        ...(email !== undefined && { label: email }),
        ...(claims.act && { impersonatorId: claims.act.sub }),
      },
      target: { type: "User", id, ...(email !== undefined && { label: email }) },
    });
    // Not before: a session whose commit fails is none.
    await this.use.database.afterCommit(() => this.become(claims));
    return payload;
  }

  private async become(claims: Claims): Promise<void> {
    this.caller.become(claims);
    const request = currentRequest();
    // For the gateway alone: to others it would be something signed under the secret, to guess it by.
    if (!request || !this.caller.isForwarded) return;
    const identity = { caller: claims, request: {} };
    request.responseHeaders["x-session-claims"] = await signForwardedIdentity(identity, "gateway", this.use.secret);
  }
}
