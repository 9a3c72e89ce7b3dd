import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checksum } from "./checksum.js";
import type { Migration } from "./migration.js";

/** A file of a schema's folder, `<schema>/<nnnn>-<name>.ts`. */
export interface MigrationFile extends Migration {
  readonly schema: string;
  /** `nnnn-name`, as Knex's table and the ledger know it. */
  readonly name: string;
  /** `nnnn`. */
  readonly number: string;
  /** Of its source, as of `checksum`. */
  readonly sha256: string;
}

/** The migrations of this package: a folder per schema beside `src`. */
export const ownMigrations = fileURLToPath(new URL("..", import.meta.url));

const FILE = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.ts$/;
const SCHEMA = /^[a-z][a-z0-9_]{0,62}$/;
const REFERENCE = /^[a-z][a-z0-9_]*@\d{4}$/;
const notSchemas = ["src", "dist", "node_modules"];

/** Migration files are not what they must be; nothing was run. */
export class MigrationFilesError extends Error {
  override readonly name = "MigrationFilesError";

  constructor(readonly faults: readonly string[]) {
    super(["The migrations are not as they must be:", ...faults.map((fault) => `  ${fault}`)].join("\n"));
  }
}

/**
 * Reads the migrations of every schema's folder, by schema and number. A file runs as it is written, by Node itself: what
 * is applied is what its checksum is of.
 * @throws MigrationFilesError naming all that is wrong, in all files
 */
export async function readMigrations(directory: string = ownMigrations): Promise<MigrationFile[]> {
  const faults: string[] = [];
  const files: MigrationFile[] = [];
  for (const schema of await schemaFolders(directory)) {
    if (!SCHEMA.test(schema)) faults.push(`${schema}/: a schema's name is of small letters, digits and _.`);
    const names = (await readdir(path.join(directory, schema))).filter((name) => /^\d|\.ts$/.test(name)).sort();
    faults.push(...faultsOfNames(schema, names));
    for (const name of names.filter((name) => FILE.test(name))) {
      const file = await readOne(directory, schema, name);
      if (typeof file === "string") faults.push(`${schema}/${name}: ${file}`);
      else files.push(file);
    }
  }
  if (faults.length > 0) throw new MigrationFilesError(faults);
  return files;
}

/** The names of the folders that hold a schema's migrations. */
export async function schemaFolders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !notSchemas.includes(entry.name));
  return folders.map(({ name }) => name).sort();
}

function faultsOfNames(schema: string, names: readonly string[]): string[] {
  const odd = names.filter((name) => !FILE.test(name));
  const numbers = Map.groupBy(
    names.filter((name) => FILE.test(name)),
    (name) => name.slice(0, 4),
  );
  const twice = [...numbers].filter(([, same]) => same.length > 1);
  return [
    ...odd.map((name) => `${schema}/${name}: a migration is named <nnnn>-<name>.ts, of small letters, digits and -.`),
    ...twice.map(([number, same]) => `${schema}/: ${same.join(" and ")} have one number, ${number}.`),
  ];
}

/** The file, or what is wrong with it. */
async function readOne(directory: string, schema: string, fileName: string): Promise<MigrationFile | string> {
  const file = path.join(directory, schema, fileName);
  const source = await readFile(file, "utf8");
  let exported: unknown;
  try {
    ({ default: exported } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default?: unknown });
  } catch (error) {
    return `it can't be loaded: ${wordsOf(error)}`;
  }
  const fault = faultOf(exported);
  if (fault !== undefined) return fault;
  const name = fileName.replace(/\.ts$/, "");
  return { ...(exported as Migration), schema, name, number: name.slice(0, 4), sha256: checksum(source) };
}

function faultOf(exported: unknown): string | undefined {
  if (typeof exported !== "object" || exported === null) return "it has no default export with `up` and `down`.";
  const given = exported as Partial<Record<keyof Migration, unknown>>;
  const { up, down, dependsOn = [], environments = [], transaction = true, allows = {} } = given;
  if (typeof up !== "function") return "its `up` is missing.";
  if (typeof down !== "function") return "its `down` is missing: what can't be undone says so by one that throws.";
  if (!isTexts(dependsOn) || !dependsOn.every((reference) => REFERENCE.test(reference)))
    return '`dependsOn` is a list of migrations as "schema@nnnn".';
  if (!isTexts(environments)) return "`environments` is a list of names.";
  if (!isReasons(allows)) return "`allows` gives a reason for each rule that it names.";
  if (typeof transaction !== "boolean") return "`transaction` is true or false.";
  return undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isReasons(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((reason) => typeof reason === "string" && reason.trim() !== "");
}

/** Where a syntax error is stands before its stack: the file with the line, then the line itself. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const line = error instanceof SyntaxError ? /^.*:(\d+)\n/.exec(error.stack ?? "")?.[1] : undefined;
  return `${error.name}: ${error.message}${line === undefined ? "" : `, in line ${line}`}`;
}
