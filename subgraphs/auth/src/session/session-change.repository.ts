import type { Database } from "@supergraph/persistence";

export type SessionChangeKind = "session" | "user" | "everyone" | "api_key" | "keys";

/** A row of `auth.session_change`: whose sessions are not what a gateway may remember. */
export interface SessionChange {
  position: number;
  kind: SessionChangeKind;
  subjectId: string | null;
}

export class SessionChangeRepository {
  constructor(private readonly database: Database) {}

  async append(kind: SessionChangeKind, subjectId: string | null): Promise<void> {
    // Positions must become visible in their order, or a reader that has seen 8 never comes back for 7. Writers of the
    // feed wait for each other; they are few.
    await this.database.run((query) => query.raw("select pg_advisory_xact_lock(hashtext('auth.session_change'))"));
    await this.database.run((query) => query("session_change").insert({ kind, subject_id: subjectId }));
  }

  async currentPosition(): Promise<number> {
    const row = await this.database.run((query) =>
      query("session_change").max<{ position: string | null }[]>("position as position").first(),
    );
    return Number((row as { position: string | null } | undefined)?.position ?? 0);
  }

  /**
   * What came after a position, and the position that it leads to. Begins with `everyone` when some of it is gone: it was
   * pruned, or the database is an older one than the position is of.
   */
  async findAfter(
    after: number,
    limit: number,
  ): Promise<{ position: number; changes: Omit<SessionChange, "position">[] }> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: RowAfter[] }>(
        `select kept.oldest, kept.newest, change.position, change.kind, change.subject_id
         from (select min(position) as oldest, max(position) as newest from session_change) as kept
           left join lateral (
             select * from session_change where position > ? order by position limit ?
           ) as change on true
         order by change.position`,
        [after, limit],
      ),
    );
    const changes = rows.flatMap(({ position, kind, subject_id }) =>
      position === null ? [] : [{ position: Number(position), kind, subjectId: subject_id }],
    );
    const [oldest, newest] = [Number(rows[0]?.oldest ?? 0), Number(rows[0]?.newest ?? 0)];
    const [first] = changes;
    const isGone = after > newest || (first?.position === oldest && oldest > after + 1);
    return {
      position: changes.at(-1)?.position ?? Math.min(after, newest),
      changes: isGone ? [EVERYONE, ...changes] : changes,
    };
  }

  /** Deletes what is older, but for the newest: it says where the feed is. */
  async prune(hours: number): Promise<void> {
    await this.database.run((query) =>
      query.raw(
        `delete from session_change where occurred_at < now() - make_interval(hours => ?)
           and position < (select max(position) from session_change)`,
        [hours],
      ),
    );
  }
}

interface RowAfter {
  oldest: string | null;
  newest: string | null;
  /** Null when nothing came after. */
  position: string | null;
  kind: SessionChangeKind;
  subject_id: string | null;
}

const EVERYONE = { kind: "everyone", subjectId: null } as const;
