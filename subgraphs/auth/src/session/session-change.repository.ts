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

  async findAfter(position: number, limit: number): Promise<SessionChange[]> {
    const rows = await this.database.run((query) =>
      query("session_change")
        .where("position", ">", position)
        .orderBy("position")
        .limit(limit)
        .select<{ position: string; kind: SessionChangeKind; subject_id: string | null }[]>("*"),
    );
    return rows.map((row) => ({ position: Number(row.position), kind: row.kind, subjectId: row.subject_id }));
  }
}
