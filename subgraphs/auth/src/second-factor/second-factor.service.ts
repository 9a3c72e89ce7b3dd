import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Claims } from "@supergraph/identity";
import type { EncryptionAtRest, Database } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type DataLoader from "dataloader";
import { toDataURL } from "qrcode";
import type { AccountRepository } from "../account/account.repository.js";
import type { Passwords } from "../account/password.js";
import type { MailService } from "../mail/mail.service.js";
import type { SignInGuard } from "../rate-limit/sign-in-guard.js";
import { hashOfRecoveryCode, newRecoveryCodes } from "./recovery-code.js";
import type { SecondFactorRepository } from "./second-factor.repository.js";
import type { SecondFactors } from "./second-factors.js";
import type { TotpEnrollment } from "./second-factor.type.js";
import { newTotpSecret, otpauthUrl, stepOfCode } from "./totp.js";

/** How long an enrollment waits to be confirmed. */
const ENROLLMENT_SECONDS = 15 * 60;

export interface SecondFactorDependencies {
  database: Database;
  accounts: AccountRepository;
  passwords: Passwords;
  secondFactorRows: SecondFactorRepository;
  secondFactors: SecondFactors;
  guard: SignInGuard;
  encryption: EncryptionAtRest;
  mail: MailService;
  audit: AuditTrail;
  /** What authenticator apps call this system. */
  issuerName: string;
}

export interface SecondFactorLoaders {
  readonly enrolled: DataLoader<string, { user_id: string } | null>;
  readonly recoveryCodes: DataLoader<string, { user_id: string; count: string } | null>;
}

/** The rules of second factors, for one caller. */
export class SecondFactorService {
  constructor(
    private readonly caller: Caller,
    private readonly use: SecondFactorDependencies,
    private readonly loaders: SecondFactorLoaders,
  ) {}

  /** @throws SystemError PERMISSION_MISSING for anybody but the person and holders of users:read */
  async isEnrolled(userId: string): Promise<boolean> {
    const isOwn =
      userId === this.caller.id && (this.caller.claims?.client === "user" || this.caller.may("users:read:own"));
    if (!isOwn) this.caller.require("users:read");
    return (await this.loaders.enrolled.load(userId)) !== null;
  }

  /** @throws SystemError PERMISSION_MISSING for anybody but the person */
  async recoveryCodesLeft(userId: string): Promise<number> {
    if (userId !== this.caller.signedIn().sub) throw new SystemError("PERMISSION_MISSING");
    return Number((await this.loaders.recoveryCodes.load(userId))?.count ?? 0);
  }

  /** @throws SystemError IN_PERSON_ONLY, SIGN_IN_AGAIN, TOTP_ENROLLED */
  async startEnrollment(): Promise<TotpEnrollment> {
    const { sub, email = sub } = this.self();
    this.caller.inPersonAndRecent();
    const { secondFactorRows, encryption, issuerName } = this.use;
    if (await secondFactorRows.find(sub)) throw new SystemError("TOTP_ENROLLED");
    const secret = newTotpSecret();
    const secret_encrypted = encryption.seal(secret, sub);
    await secondFactorRows.beginEnrollment({ user_id: sub, secret_encrypted }, ENROLLMENT_SECONDS);
    const url = otpauthUrl(secret, { issuer: issuerName, label: email });
    return { secret, otpauthUrl: url, qrCode: await toDataURL(url) };
  }

  /** @throws SystemError IN_PERSON_ONLY, TOTP_ENROLLMENT_NOT_FOUND, OTP_INVALID, TOTP_ENROLLED */
  async confirmEnrollment(otp: string): Promise<string[]> {
    const { sub } = this.self();
    const { secondFactorRows, encryption, mail } = this.use;
    const enrollment = await secondFactorRows.takeEnrollment(sub, ENROLLMENT_SECONDS);
    if (!enrollment) throw new SystemError("TOTP_ENROLLMENT_NOT_FOUND");
    // What throws gives the enrollment back, with all else of the unit of work.
    const step = stepOfCode(encryption.open(enrollment.secret_encrypted, sub), otp.replaceAll(/\s/g, ""));
    if (step === undefined) throw new SystemError("OTP_INVALID");
    if (!(await secondFactorRows.confirm(enrollment, step))) throw new SystemError("TOTP_ENROLLED");
    await mail.notice("second-factor-on", sub);
    this.use.audit.describe({ changes: [{ field: "mfaEnabled", before: false, after: true }] });
    return this.newRecoveryCodes(sub);
  }

  /** @throws SystemError IN_PERSON_ONLY, INVALID_CREDENTIALS, TOTP_NOT_ENROLLED, OTP_INVALID, TOO_MANY_REQUESTS, TOO_BUSY */
  async disable(password: string, otp: string): Promise<boolean> {
    const { sub } = this.self();
    const { secondFactors, secondFactorRows, mail, audit } = this.use;
    if (!(await this.isPassword(sub, password))) throw new SystemError("INVALID_CREDENTIALS");
    const kind = await secondFactors.use(sub, otp);
    await secondFactorRows.remove(sub);
    await mail.notice("second-factor-off", sub);
    audit.describe({ changes: [{ field: "mfaEnabled", before: true, after: false }], metadata: { provedBy: kind } });
    return true;
  }

  /** @throws SystemError IN_PERSON_ONLY, TOTP_NOT_ENROLLED, OTP_INVALID, TOO_MANY_REQUESTS */
  async regenerateRecoveryCodes(otp: string): Promise<string[]> {
    const { sub } = this.self();
    const kind = await this.use.secondFactors.use(sub, otp);
    this.use.audit.describe({ metadata: { provedBy: kind } });
    return this.newRecoveryCodes(sub);
  }

  private async isPassword(userId: string, password: string): Promise<boolean> {
    const { database, accounts, passwords, guard } = this.use;
    passwords.assertRoom();
    // On its own, so that no connection is held while the password is hashed.
    const account = await database.independently(() => accounts.findById(userId));
    if (!account) return false;
    const { ip } = this.caller.identity.request;
    return guard.password({ email: account.email, userId, ip }, () => passwords.match(password, account.password_hash));
  }

  private async newRecoveryCodes(userId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const isDone = await this.use.secondFactorRows.replaceRecoveryCodes(userId, codes.map(hashOfRecoveryCode));
    if (!isDone) throw new SystemError("TOTP_NOT_ENROLLED");
    this.use.audit.describe({ changes: [{ field: "recoveryCodes", before: null, after: null, redacted: true }] });
    return codes;
  }

  /** The caller, who is the target of all that they do here. */
  private self(): Claims {
    const claims = this.caller.signedIn();
    const { sub, email } = claims;
    this.use.audit.describe({ target: { type: "User", id: sub, ...(email !== undefined && { label: email }) } });
    return this.caller.inPerson();
  }
}
