import type { Database } from "@supergraph/persistence";
import type { LinkKind } from "./letter.js";

/** A row of `auth.mail_token`; the token itself stands in the mail alone. */
export interface MailTokenRow {
  token_hash: Buffer;
  kind: LinkKind;
  user_id: string;
  /** Whose reader it proves somebody to be. */
  email: string;
}

const USABLE = "used_at is null and expires_at > now()";

export class MailTokenRepository {
  constructor(private readonly database: Database) {}

  /** Stores a token in the place of the person's last one of its kind. */
  async replace(token: MailTokenRow, lifetimeMinutes: number): Promise<void> {
    await this.database.run((query) =>
      query("mail_token")
        .insert({
          ...token,
          created_at: query.fn.now(),
          expires_at: query.raw("now() + make_interval(mins => ?)", [lifetimeMinutes]),
          used_at: null,
        })
        .onConflict(["user_id", "kind"])
        .merge(),
    );
  }

  /** A token of one of the kinds, and whether it may still be used. */
  async find(
    tokenHash: Buffer,
    kinds: readonly LinkKind[],
  ): Promise<(MailTokenRow & { is_usable: boolean }) | undefined> {
    return this.database.run((query) =>
      query("mail_token")
        .where({ token_hash: tokenHash })
        .whereIn("kind", kinds)
        .first<MailTokenRow & { is_usable: boolean }>("*", query.raw(`(${USABLE}) as is_usable`)),
    );
  }

  /** Marks the token as used; of callers at the same moment one is told true. */
  async use(tokenHash: Buffer): Promise<boolean> {
    const used = await this.database.run((query) =>
      query("mail_token").where({ token_hash: tokenHash }).whereRaw(USABLE).update({ used_at: query.fn.now() }),
    );
    return used > 0;
  }

  /** Ends what the person could still use; what was used is kept for a while, so that the log can say whose it was. */
  async endOfUser(userId: string): Promise<void> {
    await this.database.run((query) => query("mail_token").where({ user_id: userId }).whereNull("used_at").delete());
  }

  /** Removes what expired over `hours` ago. */
  async prune(hours: number): Promise<void> {
    await this.database.run((query) =>
      query("mail_token").whereRaw("expires_at < now() - make_interval(hours => ?)", [hours]).delete(),
    );
  }
}
