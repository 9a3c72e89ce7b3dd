import pg from "pg";
import { histories } from "./histories.js";

/** Where one migration stands. */
export interface MigrationState {
  readonly schema: string;
  readonly name: string;
  /** `missing`: applied to the database, unknown to this code. */
  readonly state: "applied" | "pending" | "missing";
  readonly appliedAt?: Date;
}

/** Every migration of every schema in the order of application. Changes nothing and waits for no run. */
export async function migrationStatus({ url }: { readonly url: string }): Promise<MigrationState[]> {
  const client = new pg.Client({ connectionString: url, application_name: "migrations status" });
  await client.connect();
  try {
    const states: MigrationState[] = [];
    for (const { schema, migrations } of histories) {
      const applied = await readApplied(client, schema);
      const known = Object.keys(migrations);
      states.push(...known.map((name) => stateOf(schema, name, applied.get(name))));
      for (const [name, appliedAt] of applied) {
        if (!known.includes(name)) states.push({ schema, name, state: "missing", appliedAt });
      }
    }
    return states;
  } finally {
    await client.end();
  }
}

function stateOf(schema: string, name: string, appliedAt: Date | undefined): MigrationState {
  return appliedAt === undefined ? { schema, name, state: "pending" } : { schema, name, state: "applied", appliedAt };
}

async function readApplied(client: pg.Client, schema: string): Promise<Map<string, Date>> {
  const table = `${pg.escapeIdentifier(schema)}.knex_migrations`;
  const found = await client.query<{ exists: boolean }>("select to_regclass($1) is not null as exists", [table]);
  if (found.rows[0]?.exists !== true) return new Map();
  const { rows } = await client.query<{ name: string; migration_time: Date }>(
    `select name, migration_time from ${table} order by id`,
  );
  return new Map(rows.map((row) => [row.name, row.migration_time]));
}
