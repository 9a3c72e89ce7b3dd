import type { Knex } from "knex";

/** One step of a schema's history. Once it has been released it is never edited: a change is a new migration. */
export interface Migration {
  readonly up: (knex: Knex) => Promise<void>;
  readonly down: (knex: Knex) => Promise<void>;
  /** Migrations of other schemas that must be applied before, each as `schema@nnnn`. Its own schema's are anyway. */
  readonly dependsOn?: readonly string[];
  /** Where it is applied; everywhere unless given. */
  readonly environments?: readonly string[];
  /**
   * False for what PostgreSQL runs in no transaction, such as CREATE INDEX CONCURRENTLY: when it is cut short it is begun
   * again from its first statement, so that each must bear to be repeated.
   */
  readonly transaction?: boolean;
  /** Rules of `lint` that the migration may break, each with the reason why that is safe here. */
  readonly allows?: Readonly<Record<string, string>>;
}

/** A migration that runs `up` and `down` as they stand: several statements each, without bindings. */
export function sqlMigration({
  up,
  down,
  ...rest
}: { up: string; down: string } & Omit<Migration, "up" | "down">): Migration {
  return {
    ...rest,
    up: (knex) => runScript(knex, up),
    down: (knex) => runScript(knex, down),
  };
}

async function runScript(knex: Knex, script: string): Promise<void> {
  try {
    await knex.raw(script);
  } catch (error) {
    throw error instanceof Error
      ? new Error(`${reasonOf(error, script)}${placeOf(error, script)}`, { cause: error })
      : error;
  }
}

/** Knex puts the whole script before what the database said. */
function reasonOf({ message }: Error, script: string): string {
  const prefix = `${script} - `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

function placeOf(error: Error, script: string): string {
  const position = "position" in error ? Number(error.position) : Number.NaN;
  if (Number.isNaN(position)) return "";
  const line = script.slice(0, position).split("\n").length;
  return `, in line ${String(line)} of its SQL: ${script.split("\n")[line - 1]?.trim() ?? ""}`;
}
