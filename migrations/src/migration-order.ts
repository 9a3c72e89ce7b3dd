import { MigrationFilesError, type MigrationFile } from "./migration-files.js";

type Ordered = Pick<MigrationFile, "schema" | "name" | "number" | "dependsOn" | "environments">;

/**
 * The migrations so that each stands after all it depends on: its schema's before it, and what its `dependsOn` names.
 * Otherwise as they are given. Depends on nothing else: the same files have the same order everywhere.
 * @throws MigrationFilesError on a cycle or a dependency that isn't there, with the path to it drawn
 */
export function orderMigrations<File extends Ordered>(files: readonly File[]): File[] {
  const byReference = new Map(files.map((file) => [referenceOf(file), file]));
  const before = new Map<File, File>();
  for (const { 0: earlier, 1: later } of pairs(files)) before.set(later, earlier);
  const ordered = new Set<File>();
  const faults: string[] = [];
  const visit = (file: File, path: readonly string[]): void => {
    if (ordered.has(file)) return;
    const reference = referenceOf(file);
    const drawn = [...path, reference];
    if (path.includes(reference)) {
      faults.push(`Migrations depend on each other in a circle: ${drawn.slice(path.indexOf(reference)).join(" -> ")}.`);
      return;
    }
    const previous = before.get(file);
    if (previous) visit(previous, drawn);
    for (const needed of file.dependsOn ?? []) {
      const dependency = byReference.get(needed);
      if (dependency) visit(dependency, drawn);
      else faults.push(`There is no ${needed}: ${[...drawn, needed].join(" -> ")}.`);
    }
    ordered.add(file);
  };
  for (const file of files) visit(file, []);
  if (faults.length > 0) throw new MigrationFilesError([...new Set(faults)]);
  return [...ordered];
}

/** As `dependsOn` names it. */
export function referenceOf({ schema, number }: Pick<MigrationFile, "schema" | "number">): string {
  return `${schema}@${number}`;
}

/**
 * Those that are applied in an environment.
 * @throws MigrationFilesError when one of them depends on one that isn't
 */
export function inEnvironment<File extends Ordered>(files: readonly File[], environment: string): File[] {
  const isApplied = ({ environments }: Ordered) => environments?.includes(environment) ?? true;
  const left = new Set(files.filter((file) => !isApplied(file)).map(referenceOf));
  const applied = files.filter(isApplied);
  const faults = applied.flatMap((file) =>
    (file.dependsOn ?? [])
      .filter((needed) => left.has(needed))
      .map((needed) => `${referenceOf(file)} depends on ${needed}, which is not for the environment ${environment}.`),
  );
  if (faults.length > 0) throw new MigrationFilesError(faults);
  return applied;
}

/** Neighbours within one schema. */
function* pairs<File extends Ordered>(files: readonly File[]): Generator<[File, File]> {
  for (const [, own] of Map.groupBy(files, ({ schema }) => schema)) {
    const sorted = own.toSorted((a, b) => Number(a.number) - Number(b.number));
    for (const [at, file] of sorted.entries()) {
      const earlier = sorted[at - 1];
      if (earlier) yield [earlier, file];
    }
  }
}
