import { newId, type Database } from "@supergraph/persistence";
import type { MailKind } from "./letter.js";

/** A row of `auth.mail_job`: a mail to be sent. It holds no link: the token is made when the mail is. */
export interface MailJobRow {
  id: string;
  /** Text: a replica that is older may not know it yet. */
  kind: string;
  user_id: string | null;
  /** Where it goes when that is not the account's own address, or what somebody said is one. */
  email: string | null;
  attempts: number;
}

export class MailJobRepository {
  constructor(private readonly database: Database) {}

  async insert(job: { kind: MailKind; user_id: string | null; email: string | null }): Promise<void> {
    await this.database.run((query) => query("mail_job").insert({ id: newId(), ...job }));
  }

  /**
   * Takes the job that has been due for longest, of these kinds, and makes it due again in `seconds`: nobody else takes
   * it before that, and a process that dies with it loses nothing.
   */
  async take(kinds: readonly string[], seconds: number): Promise<MailJobRow | undefined> {
    const [job] = await this.database.run((query) =>
      query<MailJobRow>("mail_job")
        .where(
          "id",
          query("mail_job")
            .whereRaw("due_at <= now()")
            .whereIn("kind", kinds)
            .orderBy("due_at")
            .limit(1)
            .forUpdate()
            .skipLocked()
            .select("id"),
        )
        .update({
          attempts: query.raw("attempts + 1") as unknown as number,
          due_at: query.raw("now() + make_interval(secs => ?)", [seconds]),
        } as never)
        .returning("*"),
    );
    return job;
  }

  async postpone(id: string, seconds: number): Promise<void> {
    await this.database.run((query) =>
      query("mail_job")
        .where({ id })
        .update({ due_at: query.raw("now() + make_interval(secs => ?)", [seconds]) }),
    );
  }

  async delete(id: string): Promise<void> {
    await this.database.run((query) => query("mail_job").where({ id }).delete());
  }

  /** Gives up on jobs of over `hours` ago; returns what they were. */
  async deleteOlderThan(hours: number): Promise<MailJobRow[]> {
    return this.database.run((query) =>
      query<MailJobRow>("mail_job")
        .whereRaw("created_at < now() - make_interval(hours => ?)", [hours])
        .delete()
        .returning("*"),
    );
  }

  /** Ends what was to be sent to the person of these kinds. */
  async endOfUser(userId: string, kinds: readonly string[]): Promise<void> {
    await this.database.run((query) => query("mail_job").where({ user_id: userId }).whereIn("kind", kinds).delete());
  }

  async deleteOfAddress(email: string): Promise<void> {
    await this.database.run((query) => query("mail_job").whereRaw("lower(email) = lower(?)", [email]).delete());
  }
}
