import type { Database } from "@supergraph/persistence";

/** `auth.registration`: who is being registered right now, so that a crash between the two services leaves a trace. */
export class RegistrationRepository {
  constructor(private readonly database: Database) {}

  async begin(userId: string, email: string): Promise<void> {
    await this.database.run((query) => query("registration").insert({ user_id: userId, email }));
  }

  /** Ends the intent; false when it is gone: it took too long, and was undone. */
  async end(userId: string): Promise<boolean> {
    const ended = await this.database.run((query) => query("registration").where({ user_id: userId }).delete());
    return ended > 0;
  }

  /** Ends intents that were begun over `seconds` ago and never finished, and returns whom they were for. */
  async takeAbandoned(seconds: number): Promise<string[]> {
    const rows = await this.database.run((query) =>
      query("registration")
        .whereRaw("started_at < now() - make_interval(secs => ?)", [seconds])
        .delete()
        .returning<{ user_id: string }[]>("user_id"),
    );
    return rows.map(({ user_id }) => user_id);
  }
}
