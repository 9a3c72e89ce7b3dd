import type { Database } from "@supergraph/persistence";

const NAMED = `
  select named.token from audit.event,
    lateral (values (actor_label_text), (ip_text), (user_agent_text), (entity_label_text), (reason_text)) as named (token)
  where named.token is not null`;

const UNNAMED = `
  select token from audit.personal_text as text
  where not exists (select from (${NAMED}) as named where named.token = text.token)`;

const REMOVE = `
  delete from audit.personal_text where token = any(:tokens)
  and token not in (${NAMED} and leaf_index >= :size)`;

/** Texts of people that stand beside the log although nothing in it names them any more. */
export class UnnamedTextRepository {
  constructor(private readonly database: Database) {}

  /** The tokens of all that no event names. Reads through the whole log. */
  async findUnnamed(): Promise<string[]> {
    const { rows } = await this.database.run((query) => query.raw<{ rows: { token: string }[] }>(UNNAMED));
    return rows.map(({ token }) => token);
  }

  /** Removes those that no event since the tree had that size names either, and says how many they were. */
  async remove(tokens: readonly string[], size: number): Promise<number> {
    const { rowCount } = await this.database.run((query) =>
      query.raw<{ rowCount: number }>(REMOVE, { tokens: [...tokens], size }),
    );
    return rowCount;
  }
}
