import type { Knex } from "knex";
import type { MigrationFile } from "./migration-files.js";

/** How Knex's Migrator finds a schema's migrations, and where it keeps its own tables: in that schema. */
export function migratorConfig(schema: string, files: readonly MigrationFile[]): Knex.MigratorConfig {
  const own = new Map(files.filter((file) => file.schema === schema).map((file) => [file.name, file]));
  const migrationSource: Knex.MigrationSource<string> = {
    getMigrations: () => Promise.resolve([...own.keys()].sort()),
    getMigrationName: (name) => name,
    getMigration: (name) => {
      const file = own.get(name);
      return file ? Promise.resolve(file) : Promise.reject(new Error(`There is no migration ${schema}/${name}.`));
    },
  };
  return { schemaName: schema, tableName: "knex_migrations", migrationSource };
}
