import type { Knex } from "knex";
import type { Migration, SchemaHistory } from "./migration.js";

/** How Knex's Migrator finds a schema's history, and where it keeps its own tables: in that schema. */
export function migratorConfig(schema: string, history?: SchemaHistory): Knex.MigratorConfig {
  return {
    schemaName: schema,
    tableName: "knex_migrations",
    ...(history === undefined ? {} : { migrationSource: sourceOf(history) }),
  };
}

function sourceOf(history: SchemaHistory): Knex.MigrationSource<string> {
  return {
    getMigrations: () => Promise.resolve(Object.keys(history.migrations)),
    getMigrationName: (name) => name,
    getMigration: (name): Promise<Migration> => {
      const migration = history.migrations[name];
      if (migration === undefined) return Promise.reject(new Error(`There is no migration ${history.schema}/${name}.`));
      return Promise.resolve(migration);
    },
  };
}
