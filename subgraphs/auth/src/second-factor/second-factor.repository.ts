import type { Database } from "@supergraph/persistence";

/** A row of `auth.totp`: a confirmed second factor. */
export interface TotpRow {
  user_id: string;
  secret_encrypted: Buffer;
}

/** `auth.totp`, `auth.totp_enrollment` and `auth.recovery_code`. */
export class SecondFactorRepository {
  constructor(private readonly database: Database) {}

  async find(userId: string): Promise<TotpRow | undefined> {
    return this.database.run((query) => query<TotpRow>("totp").where({ user_id: userId }).first());
  }

  /** Those of these people who have a second factor. */
  async findEnrolled(userIds: readonly string[]): Promise<Pick<TotpRow, "user_id">[]> {
    return this.database.run((query) => query<TotpRow>("totp").whereIn("user_id", userIds).select("user_id"));
  }

  /** Begins an enrollment in place of any earlier one; those that `seconds` have passed over are gone. */
  async beginEnrollment(enrollment: TotpRow, seconds: number): Promise<void> {
    await this.database.run(async (query) => {
      await query("totp_enrollment").whereRaw("started_at < now() - make_interval(secs => ?)", [seconds]).delete();
      await query("totp_enrollment")
        .insert({ ...enrollment, started_at: query.fn.now() })
        .onConflict("user_id")
        .merge();
    });
  }

  /** Takes the enrollment that was begun in the last `seconds`; of callers at the same moment one gets it. */
  async takeEnrollment(userId: string, seconds: number): Promise<TotpRow | undefined> {
    const [row] = await this.database.run((query) =>
      query("totp_enrollment")
        .where({ user_id: userId })
        .whereRaw("started_at >= now() - make_interval(secs => ?)", [seconds])
        .delete()
        .returning<TotpRow[]>(["user_id", "secret_encrypted"]),
    );
    return row;
  }

  /** False when the person has a second factor already. */
  async confirm(totp: TotpRow, usedStep: number): Promise<boolean> {
    const confirmed = await this.database.run((query) =>
      query("totp")
        .insert({ ...totp, last_used_step: usedStep })
        .onConflict("user_id")
        .ignore()
        .returning("user_id"),
    );
    return confirmed.length > 0;
  }

  /** Marks this time step, and all before it, as used; false when it was. Of callers at the same moment one gets it. */
  async useStep(userId: string, step: number): Promise<boolean> {
    const used = await this.database.run((query) =>
      query("totp").where({ user_id: userId }).where("last_used_step", "<", step).update({ last_used_step: step }),
    );
    return used > 0;
  }

  /** False when the person has no such code any more. Of callers at the same moment one gets it. */
  async useRecoveryCode(userId: string, codeHash: Buffer): Promise<boolean> {
    const used = await this.database.run((query) =>
      query("recovery_code").where({ user_id: userId, code_hash: codeHash }).delete(),
    );
    return used > 0;
  }

  /** False when the second factor that they stand in for is gone. */
  async replaceRecoveryCodes(userId: string, codeHashes: readonly Buffer[]): Promise<boolean> {
    return this.database.run(async (query) => {
      // Who replaces them at the same moment waits here, and replaces these: never both stay.
      const factor = await query("totp").where({ user_id: userId }).forUpdate().first<object | undefined>("user_id");
      if (!factor) return false;
      await query("recovery_code").where({ user_id: userId }).delete();
      await query("recovery_code").insert(codeHashes.map((code_hash) => ({ user_id: userId, code_hash })));
      return true;
    });
  }

  async countRecoveryCodes(userIds: readonly string[]): Promise<{ user_id: string; count: string }[]> {
    return this.database.run((query) =>
      query("recovery_code").whereIn("user_id", userIds).groupBy("user_id").select("user_id").count({ count: "*" }),
    );
  }

  /** The factor, its recovery codes, and an enrollment that is under way. */
  async remove(userId: string): Promise<void> {
    await this.database.run(async (query) => {
      await query("totp").where({ user_id: userId }).delete();
      await query("totp_enrollment").where({ user_id: userId }).delete();
    });
  }
}
