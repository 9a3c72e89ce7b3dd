import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { schemaFolders } from "./migration-files.js";
import { MigrationRefusedError } from "./selection.js";

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const template = (schema: string) => `import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: \`
    create table ${schema}.example (
      id uuid primary key,
      created_at timestamptz not null default now()
    );\`,
  down: \`
    drop table ${schema}.example;\`,
});
`;

/**
 * Writes the next migration of a schema from a template; answers its path.
 * @throws MigrationRefusedError for a schema that has no folder, and a name that is none
 */
export async function newMigration(directory: string, schema: string, name: string): Promise<string> {
  if (!NAME.test(name))
    throw new MigrationRefusedError(`"${name}" names no migration: small letters, digits and - between them.`);
  const schemas = await schemaFolders(directory);
  if (!schemas.includes(schema))
    throw new MigrationRefusedError(`There is no schema ${schema}; there are ${schemas.join(", ")}.`);
  const folder = path.join(directory, schema);
  const numbers = (await readdir(folder)).map((file) => Number(/^(\d{4})-/.exec(file)?.[1] ?? 0));
  const file = path.join(folder, `${String(Math.max(...numbers) + 1).padStart(4, "0")}-${name}.ts`);
  await writeFile(file, template(schema), { flag: "wx" });
  return file;
}
