import type { Database } from "@supergraph/persistence";

/** A row of `auth.refresh_token`; the token itself is nowhere. */
export interface RefreshTokenRow {
  token_hash: Buffer;
  session_id: string;
  generation: number;
  used_at: Date | null;
}

export class RefreshTokenRepository {
  constructor(private readonly database: Database) {}

  async insert(
    token: Pick<RefreshTokenRow, "token_hash" | "session_id" | "generation">,
    lifetimeSeconds: number,
  ): Promise<void> {
    await this.database.run((query) =>
      query("refresh_token").insert({
        ...token,
        expires_at: query.raw("now() + make_interval(secs => ?)", [lifetimeSeconds]),
      }),
    );
  }

  /** Marks the token as used and returns it, if it was not; of callers at the same moment one gets it. */
  async use(tokenHash: Buffer): Promise<RefreshTokenRow | undefined> {
    const [row] = await this.database.run((query) =>
      query<RefreshTokenRow>("refresh_token")
        .where({ token_hash: tokenHash })
        .whereNull("used_at")
        .whereRaw("expires_at > now()")
        .update({ used_at: query.fn.now() as unknown as Date })
        .returning("*"),
    );
    return row;
  }

  /** A token, used or not, and whether it could still be used. */
  async find(tokenHash: Buffer): Promise<(RefreshTokenRow & { is_usable: boolean }) | undefined> {
    return this.database.run((query) =>
      query("refresh_token")
        .where({ token_hash: tokenHash })
        .first<RefreshTokenRow & { is_usable: boolean }>(
          "*",
          query.raw("used_at is null and expires_at > now() as is_usable"),
        ),
    );
  }

  /** A token that was used before; `may_race`: within the last `seconds`, and it is the last of its family that was. */
  async findUsed(tokenHash: Buffer, seconds: number): Promise<(RefreshTokenRow & { may_race: boolean }) | undefined> {
    return this.database.run((query) =>
      query("refresh_token as token")
        .where({ token_hash: tokenHash })
        .whereNotNull("used_at")
        .first<(RefreshTokenRow & { may_race: boolean }) | undefined>(
          "*",
          query.raw(
            `used_at > now() - make_interval(secs => ?) and not exists (
               select from refresh_token as later
               where later.session_id = token.session_id and later.generation > token.generation + 1
             ) as may_race`,
            [seconds],
          ),
        ),
    );
  }
}
