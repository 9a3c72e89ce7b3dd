import type { Knex } from "knex";
import type { Migration } from "./migration.js";

export interface ConcurrentIndex extends Pick<Migration, "dependsOn" | "environments" | "allows"> {
  readonly schema: string;
  /** The index's name. */
  readonly name: string;
  /** What stands after ON: the table without its schema, and what of it. */
  readonly on: string;
  readonly isUnique?: boolean;
}

/**
 * A migration that builds an index while writers go on (CREATE INDEX CONCURRENTLY), in no transaction. Cut short, it
 * leaves an index that is marked invalid: the next run drops that and builds it anew. One that stands is left as it is.
 */
export function concurrentIndex({ schema, name, on, isUnique = false, ...rest }: ConcurrentIndex): Migration {
  return {
    ...rest,
    transaction: false,
    up: async (knex) => {
      const isValid = await validityOf(knex, schema, name);
      if (isValid === true) return;
      if (isValid === false) await knex.raw("drop index concurrently ??.??", [schema, name]);
      await knex.raw(`create ${isUnique ? "unique " : ""}index concurrently ?? on ??.${on}`, [name, schema]);
    },
    down: async (knex) => {
      await knex.raw("drop index concurrently if exists ??.??", [schema, name]);
    },
  };
}

/** Undefined: there is none of that name. */
async function validityOf(knex: Knex, schema: string, name: string): Promise<boolean | undefined> {
  const { rows } = await knex.raw<{ rows: { valid: boolean }[] }>(
    `select indisvalid as valid from pg_index
     join pg_class on pg_class.oid = indexrelid join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = ? and relname = ?`,
    [schema, name],
  );
  return rows[0]?.valid;
}
