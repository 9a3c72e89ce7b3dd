import type { Database } from "@supergraph/persistence";
import type { Knex } from "knex";
import { asBytea } from "./bytea.js";
import type { TextKind } from "./person-key.js";
import type { WrappedKey } from "./wrapping-keys.js";

export interface KeyRow extends WrappedKey {
  subject_id: string;
}

export interface TextRow {
  /** Names the text, in the events that it belongs to. */
  token: string;
  subject_id: string;
  kind: TextKind;
  /** Of a client address: the same whoever's it is. */
  ip_token: Buffer | null;
  sealed: Buffer;
}

/** A text, and the key that it is encrypted under. */
export type KeyedText = TextRow & KeyRow;

/** One parameter, however many there are: the same statement each time. */
function isAnyOf(column: string, values: readonly string[]) {
  return (rows: Knex.QueryBuilder) => void rows.whereRaw("?? = any(?)", [column, [...values]]);
}

/** The keys of people and what is encrypted under them, beside the log. */
export class PersonalValueRepository {
  constructor(private readonly database: Database) {}

  /** Those of the subjects who have been erased. */
  async erasedAmong(subjects: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.run((query) =>
      query("erased_person").select<{ subject_id: string }[]>("subject_id").where(isAnyOf("subject_id", subjects)),
    );
    return new Set(rows.map(({ subject_id }) => subject_id));
  }

  async keysOf(subjects: readonly string[]): Promise<KeyRow[]> {
    return this.database.run((query) =>
      query<KeyRow>("person_key")
        .select("subject_id", "wrapped", "wrapping_key")
        .where(isAnyOf("subject_id", subjects)),
    );
  }

  async addKeys(rows: readonly KeyRow[]): Promise<void> {
    const written = rows.map((row) => ({ ...row, wrapped: asBytea(row.wrapped) }));
    await this.#add("audit.person_key", "subject_id, wrapped, wrapping_key", written);
  }

  /** Adds those that aren't there yet. */
  async addTexts(rows: readonly TextRow[]): Promise<void> {
    const written = rows.map((row) => ({
      ...row,
      ip_token: row.ip_token && asBytea(row.ip_token),
      sealed: asBytea(row.sealed),
    }));
    await this.#add("audit.personal_text", "token, subject_id, kind, ip_token, sealed", written);
  }

  /** As one parameter: Knex takes long to write a statement with thousands of them. */
  async #add(table: string, columns: string, rows: readonly Record<string, string | null>[]): Promise<void> {
    if (rows.length === 0) return;
    const statement = `
      insert into ${table} (${columns})
      select ${columns} from json_populate_recordset(null::${table}, ?) on conflict do nothing`;
    await this.database.run((query) => query.raw(statement, [JSON.stringify(rows)]));
  }

  /** The texts that are still there, each with its person's key. */
  async textsOf(tokens: readonly string[]): Promise<KeyedText[]> {
    return this.database.run((query) => keyedTexts(query).where(isAnyOf("token", tokens)));
  }

  /** The names that a person is known under in the log. */
  async labelsOf(subject: string): Promise<KeyedText[]> {
    return this.database.run((query) =>
      keyedTexts(query).where("personal_text.subject_id", subject).where("kind", "label"),
    );
  }

  /** The names of a client address, one for each person who came from there. */
  async tokensOfIp(ipToken: Buffer): Promise<string[]> {
    const rows = await this.database.run((query) =>
      query("personal_text").select<{ token: string }[]>("token").where("ip_token", ipToken),
    );
    return rows.map(({ token }) => token);
  }

  /** Labels and reasons after a token, in the order of tokens, `limit` at most: for who reads through all of them. */
  async searchedTexts(after: string, limit: number): Promise<KeyedText[]> {
    return this.database.run((query) =>
      keyedTexts(query).whereRaw("kind in ('label', 'reason') and token > ?", [after]).orderBy("token").limit(limit),
    );
  }
}

function keyedTexts(query: Knex) {
  return query("personal_text")
    .join("person_key", "person_key.subject_id", "personal_text.subject_id")
    .select<KeyedText[]>("personal_text.*", "wrapped", "wrapping_key");
}
