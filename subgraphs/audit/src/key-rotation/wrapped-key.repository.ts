import type { Database } from "@supergraph/persistence";
import type { WrappedKey } from "../personal/wrapping-keys.js";

/** Where keys stand wrapped: those of people by their subject, the service's own by their name. */
const TABLES = {
  person_key: { id: "subject_id", type: "uuid" },
  secret: { id: "name", type: "text" },
} as const;

export type KeyTable = keyof typeof TABLES;

export interface StoredKey extends WrappedKey {
  id: string;
}

/** A look into the index for each wrapping key, however many people there are. */
const WRAPPING_KEYS = `
  with recursive of_people (name) as (
    select min(wrapping_key) from person_key
    union all
    select (select min(wrapping_key) from person_key where wrapping_key > name) from of_people where name is not null
  )
  select name from of_people where name is not null union select wrapping_key from secret`;

/** The keys of the log as they stand wrapped. */
export class WrappedKeyRepository {
  constructor(private readonly database: Database) {}

  /** The names of all keys that something is wrapped by. */
  async wrappingKeys(): Promise<string[]> {
    const { rows } = await this.database.run((query) => query.raw<{ rows: { name: string }[] }>(WRAPPING_KEYS));
    return rows.map(({ name }) => name);
  }

  /** Keys that are wrapped by one of these, locked until the unit of work ends; those that others hold are passed over. */
  async lockWrappedBy(table: KeyTable, names: readonly string[], limit: number): Promise<StoredKey[]> {
    return this.database.run((query) =>
      query(table)
        .select<StoredKey[]>(query.ref(TABLES[table].id).as("id"), "wrapped", "wrapping_key")
        .whereRaw("wrapping_key = any(?)", [[...names]])
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    );
  }

  /** Puts what is wrapped anew in the place of what was: where that is gone, erased or wrapped by another, nothing. */
  async rewrap(table: KeyTable, changes: readonly { before: StoredKey; after: WrappedKey }[]): Promise<void> {
    const { id, type } = TABLES[table];
    const statement = `
      update ${table} as stored set wrapped = change.after, wrapping_key = change.after_name
      from unnest(?::${type}[], ?::bytea[], ?::text[], ?::bytea[], ?::text[])
        as change (id, before, before_name, after, after_name)
      where stored.${id} = change.id and stored.wrapping_key = change.before_name and stored.wrapped = change.before`;
    await this.database.run((query) =>
      query.raw(statement, [
        changes.map(({ before }) => before.id),
        changes.map(({ before }) => before.wrapped),
        changes.map(({ before }) => before.wrapping_key),
        changes.map(({ after }) => after.wrapped),
        changes.map(({ after }) => after.wrapping_key),
      ]),
    );
  }
}
