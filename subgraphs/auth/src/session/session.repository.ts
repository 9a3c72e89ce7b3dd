import type { Database } from "@supergraph/persistence";

/** A row of `auth.session` that is a person's. */
export interface SessionRow {
  id: string;
  user_id: string;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  ip: string | null;
  user_agent: string | null;
  /** How the person proved who they are (RFC 8176). */
  amr: string[];
  impersonator_id: string | null;
}

/** Who a live session belongs to. */
export interface SessionHolder {
  user_id: string;
  email: string;
  amr: string[];
  impersonator_id: string | null;
  expires_at: Date;
  created_at: Date;
}

const LIVE = "ended_at is null and expires_at > now()";

export class SessionRepository {
  constructor(private readonly database: Database) {}

  async insert(
    session: Pick<SessionRow, "id" | "user_id" | "ip" | "user_agent" | "amr" | "impersonator_id">,
    lifetimeSeconds: number,
  ): Promise<SessionRow> {
    const [row] = await this.database.run((query) =>
      query<SessionRow>("session")
        .insert({
          ...session,
          expires_at: query.raw("now() + make_interval(secs => ?)", [lifetimeSeconds]) as unknown as Date,
        })
        .returning("*"),
    );
    if (!row) throw new Error("An inserted session was not returned");
    return row;
  }

  async findLive(id: string): Promise<SessionRow | undefined> {
    return this.database.run((query) =>
      query<SessionRow>("session").where({ id }).whereNotNull("user_id").whereRaw(LIVE).first(),
    );
  }

  /** Live sessions of these people, newest first. */
  async findLiveByUsers(userIds: readonly string[]): Promise<SessionRow[]> {
    return this.database.run((query) =>
      query<SessionRow>("session")
        .whereIn("user_id", userIds)
        .whereRaw(LIVE)
        .orderBy([
          { column: "created_at", order: "desc" },
          { column: "id", order: "desc" },
        ])
        .select("*"),
    );
  }

  /** Whose live session it is, when their account is active. */
  async findHolder(id: string): Promise<SessionHolder | undefined> {
    return this.database.run((query) =>
      query("session")
        .join("account", "account.user_id", "session.user_id")
        .where({ "session.id": id, "account.status": "ACTIVE" })
        .whereRaw(LIVE)
        .first<SessionHolder | undefined>(
          "session.user_id",
          "account.email",
          "session.amr",
          "session.impersonator_id",
          "session.expires_at",
          "session.created_at",
        ),
    );
  }

  /** Notes that these were used just now, in one statement. */
  async noteUse(ids: readonly string[]): Promise<void> {
    await this.database.run((query) =>
      // Gateways report the same sessions at one time: in each other's order they would wait for each other for good.
      query("session")
        .whereIn("id", (used) => {
          void used
            .from("session")
            .whereRaw("id = any(?::uuid[])", [[...ids]])
            .whereRaw(`last_seen_at < now() - interval '5 seconds' and ${LIVE}`)
            .forUpdate()
            .skipLocked()
            .select("id");
        })
        .update({ last_seen_at: query.fn.now() }),
    );
  }

  /**
   * Prolongs a live session by `seconds` from now, to `longestSeconds` after its beginning at most; one of somebody who
   * impersonates keeps its end.
   */
  async extend(id: string, seconds: number, longestSeconds: number): Promise<SessionRow | undefined> {
    const [row] = await this.database.run((query) =>
      query<SessionRow>("session")
        .where({ id })
        .whereRaw(LIVE)
        .update({
          last_seen_at: query.fn.now(),
          expires_at: query.raw(
            `case when impersonator_id is null
             then least(now() + make_interval(secs => ?), created_at + make_interval(secs => ?)) else expires_at end`,
            [seconds, longestSeconds],
          ),
        })
        .returning("*"),
    );
    return row;
  }

  /** Ends the person's live sessions, and those in which they impersonate somebody, but for one; returns which. */
  async endOthers(userId: string, but: string | undefined): Promise<SessionRow[]> {
    return this.database.run((query) => {
      const all = query<SessionRow>("session")
        .where((whose) => void whose.where({ user_id: userId }).orWhere({ impersonator_id: userId }))
        .whereRaw(LIVE);
      if (but !== undefined) void all.whereNot({ id: but });
      return all.update({ ended_at: query.fn.now() as unknown as Date }).returning("*");
    });
  }

  /** Ends the live sessions among these; returns which they were. */
  async end(which: { id: string } | { user_id: string } | { impersonator_id: string }): Promise<SessionRow[]> {
    const rows = await this.database.run((query) =>
      query<SessionRow>("session").where(which).whereRaw(LIVE).update({ ended_at: query.fn.now() }).returning("*"),
    );
    return rows;
  }

  /** Every session that the person has had, newest first; where from only of those that were their own. */
  async findByUser(userId: string): Promise<SessionRow[]> {
    const rows = await this.database.run((query) =>
      query<SessionRow>("session").where({ user_id: userId }).orderBy("created_at", "desc").select("*"),
    );
    return rows.map((row) => (row.impersonator_id === null ? row : { ...row, ip: null, user_agent: null }));
  }

  /** What the person's sessions could be prolonged with. */
  async deleteRefreshTokens(userId: string): Promise<void> {
    await this.database.run((query) =>
      query("refresh_token")
        .whereIn("session_id", query("session").where({ user_id: userId }).select("id"))
        .delete(),
    );
  }
}
