import { newId, type Database } from "@supergraph/persistence";

/** A row of `auth.session` that is a service account's: one for each token, living as long as the token. */
export interface ServiceSessionRow {
  id: string;
  service_account_id: string;
  /** What the token was asked for: all that the account holds, or less. */
  permissions: string[];
  expires_at: Date;
}

const LIVE = "ended_at is null and expires_at > now()";

export class ServiceSessionRepository {
  constructor(private readonly database: Database) {}

  async insert(
    session: Pick<ServiceSessionRow, "service_account_id" | "permissions"> & {
      ip: string | null;
      user_agent: string | null;
    },
    lifetimeSeconds: number,
  ): Promise<string> {
    const id = newId();
    await this.database.run((query) =>
      query("session").insert({
        id,
        ...session,
        amr: [],
        expires_at: query.raw("now() + make_interval(secs => ?)", [lifetimeSeconds]),
      }),
    );
    return id;
  }

  async findLive(id: string): Promise<ServiceSessionRow | undefined> {
    return this.database.run((query) =>
      query<ServiceSessionRow>("session")
        .where({ id })
        .whereNotNull("service_account_id")
        .whereRaw(LIVE)
        .first("id", "service_account_id", "permissions", "expires_at"),
    );
  }

  /** Ends the live sessions among these; returns their ids. */
  async end(which: { id: string } | { service_account_id: string }): Promise<string[]> {
    const rows = await this.database.run((query) =>
      query("session")
        .where(which)
        .whereNotNull("service_account_id")
        .whereRaw(LIVE)
        .update({ ended_at: query.fn.now() })
        .returning<{ id: string }[]>("id"),
    );
    return rows.map(({ id }) => id);
  }
}
