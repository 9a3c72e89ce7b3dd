import { SystemError } from "@supergraph/errors";
import type { EncryptionAtRest, Database } from "@supergraph/persistence";
import type { SignInGuard } from "../rate-limit/sign-in-guard.js";
import { hashOfRecoveryCode } from "./recovery-code.js";
import type { SecondFactorRepository, TotpRow } from "./second-factor.repository.js";
import { isTotpCode, stepOfCode } from "./totp.js";

/** Methods by which people prove who they are (RFC 8176). A recovery code has no name there: none of them is true of it. */
const AMR = {
  totp: ["otp", "mfa"],
  "recovery-code": ["mfa"],
};

export type CodeKind = "totp" | "recovery-code";

/** Asks for the second factor of those who have one. Each code works once, also when the rest of the work fails. */
export class SecondFactors {
  constructor(
    private readonly database: Database,
    private readonly secondFactors: SecondFactorRepository,
    private readonly encryption: EncryptionAtRest,
    private readonly guard: SignInGuard,
  ) {}

  /**
   * How a person whose password was right, or who proved it by another `first` method, has proved who they are: `amr`.
   * @throws SystemError MFA_REQUIRED without a code, OTP_INVALID for one that is wrong or was used, TOO_MANY_REQUESTS
   */
  async amrOf(userId: string, otp: string | null | undefined, first = "pwd"): Promise<string[]> {
    const factor = await this.find(userId);
    if (!factor) return [first];
    if (!otp) throw new SystemError("MFA_REQUIRED");
    return [first, ...AMR[await this.useOf(factor, otp)]];
  }

  /**
   * Uses up a code of either kind.
   * @throws SystemError TOTP_NOT_ENROLLED, OTP_INVALID for one that is wrong or was used, TOO_MANY_REQUESTS
   */
  async use(userId: string, otp: string): Promise<CodeKind> {
    const factor = await this.find(userId);
    if (!factor) throw new SystemError("TOTP_NOT_ENROLLED");
    return this.useOf(factor, otp);
  }

  /** On its own, as the use of a code is: no connection is held while the guard counts over one of its own. */
  private find(userId: string): Promise<TotpRow | undefined> {
    return this.database.independently(() => this.secondFactors.find(userId));
  }

  private async useOf(factor: TotpRow, otp: string): Promise<CodeKind> {
    const code = otp.replaceAll(/\s/g, "");
    const kind = isTotpCode(code) ? "totp" : "recovery-code";
    const isRight = await this.guard.secondFactor(factor.user_id, () =>
      this.database.independently(() =>
        kind === "totp" ? this.isUnusedCode(factor, code) : this.isRecoveryCode(factor, code),
      ),
    );
    if (!isRight) throw new SystemError("OTP_INVALID");
    return kind;
  }

  private async isUnusedCode({ user_id, secret_encrypted }: TotpRow, code: string): Promise<boolean> {
    const step = stepOfCode(this.encryption.open(secret_encrypted, user_id), code);
    return step !== undefined && (await this.secondFactors.useStep(user_id, step));
  }

  private isRecoveryCode({ user_id }: TotpRow, code: string): Promise<boolean> {
    return this.secondFactors.useRecoveryCode(user_id, hashOfRecoveryCode(code));
  }
}
