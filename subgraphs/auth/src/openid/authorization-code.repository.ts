import type { Database } from "@supergraph/persistence";

/** A row of `auth.authorization_code`; the code itself is nowhere. */
export interface AuthorizationCodeRow {
  code_hash: Buffer;
  user_id: string;
  redirect_uri: string;
  code_challenge: string;
  used_at: Date | null;
  /** What the code brought. */
  session_id: string | null;
}

/** How long a used code is kept, to know it when it comes again. */
const KEPT_HOURS = 24;

export class AuthorizationCodeRepository {
  constructor(private readonly database: Database) {}

  async insert(
    code: Pick<AuthorizationCodeRow, "code_hash" | "user_id" | "redirect_uri" | "code_challenge">,
    lifetimeSeconds: number,
  ): Promise<void> {
    await this.database.run((query) =>
      query("authorization_code").insert({
        ...code,
        expires_at: query.raw("now() + make_interval(secs => ?)", [lifetimeSeconds]),
      }),
    );
  }

  async find(codeHash: Buffer): Promise<(AuthorizationCodeRow & { is_live: boolean }) | undefined> {
    return this.database.run((query) =>
      query("authorization_code")
        .where({ code_hash: codeHash })
        .first<(AuthorizationCodeRow & { is_live: boolean }) | undefined>(
          "*",
          query.raw("expires_at > now() as is_live"),
        ),
    );
  }

  /** False when it was used before, or has expired; of callers at the same moment one gets true. */
  async use(codeHash: Buffer): Promise<boolean> {
    const used = await this.database.run((query) =>
      query("authorization_code")
        .where({ code_hash: codeHash })
        .whereNull("used_at")
        .whereRaw("expires_at > now()")
        .update({ used_at: query.fn.now() }),
    );
    return used > 0;
  }

  async setSession(codeHash: Buffer, sessionId: string): Promise<void> {
    await this.database.run((query) =>
      query("authorization_code").where({ code_hash: codeHash }).update({ session_id: sessionId }),
    );
  }

  async prune(): Promise<void> {
    await this.database.run((query) =>
      query("authorization_code").whereRaw("expires_at < now() - make_interval(hours => ?)", [KEPT_HOURS]).delete(),
    );
  }
}
