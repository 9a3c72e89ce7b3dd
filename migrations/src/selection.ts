import type { MigrationFile } from "./migration-files.js";
import { referenceOf } from "./migration-order.js";

type Selectable = Pick<MigrationFile, "schema" | "name" | "number" | "dependsOn">;

/** Which migrations a command is about. */
export interface Selection {
  /** Of this schema alone, and for `up` what they depend on. */
  readonly schema?: string | undefined;
  /** `schema@nnnn`, or `nnnn` where the schema is given: as far as this one, which stays applied or is. */
  readonly to?: string | undefined;
}

/** What was asked for can't be done as things stand; nothing was changed. */
export class MigrationRefusedError extends Error {
  override readonly name = "MigrationRefusedError";
}

/**
 * Of the ordered migrations those that `up` is to apply, in that order: all, or the selected ones with everything that
 * they depend on.
 * @throws MigrationRefusedError for a schema or a target that there is none of
 */
export function selectUp<File extends Selectable>(ordered: readonly File[], selection: Selection): File[] {
  const target = targetOf(ordered, selection);
  if (target === undefined && selection.schema === undefined) return [...ordered];
  const chosen = target === undefined ? ordered.filter(({ schema }) => schema === selection.schema) : [target];
  const needed = new Set<File>();
  const need = (file: File): void => {
    if (needed.has(file)) return;
    needed.add(file);
    for (const other of ordered) if (isNeededBy(other, file)) need(other);
  };
  chosen.forEach(need);
  return ordered.filter((file) => needed.has(file));
}

/**
 * Of the applied migrations, in the order of their application, those that `down` is to revert, newest first: the last
 * `steps` ones of all or of the schema, or all of the target's schema after it.
 * @throws MigrationRefusedError for a schema or a target that there is none of, and when one that stays depends on one
 *   that would go
 */
export function selectDown<File extends Selectable>(
  applied: readonly File[],
  { steps = 1, ...selection }: Selection & { readonly steps?: number | "all" | undefined },
): File[] {
  const target = targetOf(applied, selection);
  const schema = target?.schema ?? selection.schema;
  const own = applied.filter((file) => schema === undefined || file.schema === schema).toReversed();
  const chosen = target ? own.slice(0, own.indexOf(target)) : own.slice(0, steps === "all" ? own.length : steps);
  for (const file of chosen) {
    const dependent = applied.find((other) => !chosen.includes(other) && isNeededBy(file, other));
    if (dependent)
      throw new MigrationRefusedError(
        `${nameOf(file)} can't be reverted: ${nameOf(dependent)}, which is applied, depends on it. Revert that first.`,
      );
  }
  return chosen;
}

/** As people and the ledger name it. */
export function nameOf({ schema, name }: Pick<MigrationFile, "schema" | "name">): string {
  return `${schema}/${name}`;
}

function isNeededBy(file: Selectable, dependent: Selectable): boolean {
  const isEarlier = file.schema === dependent.schema && Number(file.number) < Number(dependent.number);
  return isEarlier || (dependent.dependsOn?.includes(referenceOf(file)) ?? false);
}

function targetOf<File extends Selectable>(files: readonly File[], { schema, to }: Selection): File | undefined {
  const schemas = [...new Set(files.map((file) => file.schema))];
  if (schema !== undefined && !schemas.includes(schema))
    throw new MigrationRefusedError(`There is no migration of a schema ${schema}; there are ${schemas.join(", ")}.`);
  if (to === undefined) return undefined;
  const reference = to.includes("@") ? to : `${schema ?? ""}@${to}`;
  const target = files.find((file) => referenceOf(file) === reference);
  if (target === undefined || (schema !== undefined && target.schema !== schema))
    throw new MigrationRefusedError(
      `There is no migration ${to}${schema === undefined ? "" : ` of ${schema}`} here: a target is "schema@nnnn", or "nnnn" with a schema.`,
    );
  return target;
}
