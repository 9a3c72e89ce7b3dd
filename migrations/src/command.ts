import { parseArgs } from "node:util";
import { z } from "zod";
import { mermaidOf } from "./graph.js";
import { lintMigrations, lintWords } from "./lint.js";
import { MigrationFilesError, ownMigrations, readMigrations } from "./migration-files.js";
import { orderMigrations } from "./migration-order.js";
import { newMigration } from "./new-migration.js";
import { planMigrations, planScript } from "./plan.js";
import {
  baselineMigrations,
  initialise,
  migrateDown,
  migrateUp,
  MigrationFailedError,
  redoMigration,
} from "./runner.js";
import { MigrationRefusedError, nameOf } from "./selection.js";
import type { RolePasswords } from "./services.js";
import { faultsOf, migrationStatus } from "./status.js";
import { statusTable } from "./status-table.js";

const usage = `Usage: migrate <command> [options]

  init                  make schemas, roles and the ledger, and apply nothing
  up                    apply what is pending, refresh roles and grants
  down                  revert the newest applied migration; in production only with --yes
  redo                  revert the newest applied migration and apply it again; in production only with --yes
  baseline              take for applied what --to or --all says, without running it
  plan                  the SQL that up would run, from a transaction that is rolled back
  lint                  look for dangerous DDL in what up would run; a migration's \`allows\` gives reasons
  status                each migration: where it stands, by whom it was applied, when, and how long it took
  list                  each migration in the order of application
  graph                 what depends on what, as a Mermaid flowchart
  validate              check the files, their order and, where there is a database, what was applied of them
  new <schema> <name>   write the next migration of a schema from a template

  --schema <schema>     this schema alone, and for up what it depends on
  --to <migration>      schema@nnnn, or nnnn with --schema: up to this one, or down to it
  --steps <n>, --all    down: so many, or all; baseline: all
  --environment <name>  the environment; NODE_ENV, else development, unless given
  --json                answer with one JSON document
  --yes                 really, in production

Exit codes: 0 done, 1 failed, 2 wrong use or settings, 3 refused with nothing changed.`;

const commands = [
  "init",
  "up",
  "down",
  "redo",
  "baseline",
  "plan",
  "lint",
  "status",
  "list",
  "graph",
  "validate",
  "new",
] as const;
type CommandName = (typeof commands)[number];

const password = z.string().min(1).optional();
const environmentSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL of the owner" }),
  USERS_DATABASE_PASSWORD: password,
  AUTH_DATABASE_PASSWORD: password,
  DYNAMIC_DATABASE_PASSWORD: password,
  AUDIT_DATABASE_PASSWORD: password,
  NODE_ENV: z.string().optional(),
});
const withoutDatabase = environmentSchema.partial({ DATABASE_URL: true });
type Environment = z.infer<typeof withoutDatabase>;

interface Command {
  readonly name: CommandName;
  /** What stands after the command. */
  readonly rest: readonly string[];
  readonly schema: string | undefined;
  readonly to: string | undefined;
  readonly steps: number | "all";
  readonly environment: string | undefined;
  readonly isJson: boolean;
  readonly isSure: boolean;
}

/** What a command prints: lines for people, or a document. */
interface Answer {
  readonly text: string;
  readonly json: unknown;
  /** 0 unless given. */
  readonly exitCode?: number;
}

/** Whether a command line needs a database, looks into one if it is there, or needs none. */
export function databaseUse(args: readonly string[]): "needed" | "looked into" | "none" {
  const name = parseCommand(args)?.name;
  if (name === undefined || name === "list" || name === "graph" || name === "new") return "none";
  return name === "validate" ? "looked into" : "needed";
}

/**
 * Runs the command line; resolves to the exit code: 0 done, 1 failed, 2 wrong use or settings, 3 refused with nothing
 * changed.
 * @param directory where the schemas' folders are; this package's own unless given
 */
export async function runCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  directory: string = ownMigrations,
): Promise<number> {
  const command = parseCommand(args);
  if (command === undefined) return refuse(usage);
  const schema = databaseUse(args) === "needed" ? environmentSchema : withoutDatabase;
  const settings = schema.safeParse(environment);
  if (!settings.success) {
    const faults = settings.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
    return refuse(["The environment is not as it must be:", ...faults].join("\n"));
  }
  try {
    const { text, json, exitCode = 0 } = await execute(command, settings.data, directory);
    console.log(command.isJson ? JSON.stringify(json, undefined, 2) : text);
    return exitCode;
  } catch (error) {
    if (command.isJson) console.log(JSON.stringify({ error: documentOf(error) }, undefined, 2));
    else console.error(wordsOf(error));
    return error instanceof MigrationFilesError || error instanceof MigrationRefusedError ? 3 : 1;
  }
}

function parseCommand(args: readonly string[]): Command | undefined {
  const command = parsed(args);
  if (!command) return undefined;
  const { name, rest, steps } = command;
  if (rest.length !== (name === "new" ? 2 : 0)) return undefined;
  return steps === "all" || (Number.isInteger(steps) && steps > 0) ? command : undefined;
}

function parsed(args: readonly string[]): Command | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        schema: { type: "string" },
        to: { type: "string" },
        steps: { type: "string", default: "1" },
        all: { type: "boolean", default: false },
        environment: { type: "string" },
        json: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
    });
    const [given, ...rest] = positionals;
    const name = commands.find((command) => command === given);
    if (!name) return undefined;
    const { schema, to, environment, json: isJson, yes: isSure } = values;
    return { name, rest, schema, to, steps: values.all ? "all" : Number(values.steps), environment, isJson, isSure };
  } catch {
    return undefined;
  }
}

async function execute(command: Command, settings: Environment, directory: string): Promise<Answer> {
  const { schema, to, steps } = command;
  const environment = command.environment ?? settings.NODE_ENV ?? "development";
  const database = { url: settings.DATABASE_URL ?? "", directory, environment };
  const log = (line: string): void => {
    if (!command.isJson) console.log(line);
  };
  const options = { ...database, rolePasswords: rolePasswords(settings), log };
  switch (command.name) {
    case "init":
      await initialise(options);
      return { text: "Schemas, roles and the ledger are there.", json: { initialised: true } };
    case "up": {
      const applied = await migrateUp({ ...options, schema, to });
      return { text: applied.length === 0 ? "Nothing is pending." : counted(applied, "applied"), json: { applied } };
    }
    case "down": {
      requireSure(command, environment);
      const reverted = await migrateDown({ ...options, schema, to, steps });
      return {
        text: reverted.length === 0 ? "Nothing is applied." : counted(reverted, "reverted"),
        json: { reverted },
      };
    }
    case "redo": {
      requireSure(command, environment);
      const redone = await redoMigration({ ...options, schema });
      return { text: redone.length === 0 ? "Nothing is applied." : counted(redone, "applied again"), json: { redone } };
    }
    case "baseline": {
      if (to === undefined && steps !== "all")
        throw new MigrationRefusedError("Which migrations are there already? Say --to <migration>, or --all.");
      const taken = await baselineMigrations({ ...options, schema, to });
      return {
        text: taken.length === 0 ? "All of it was applied." : counted(taken, "taken for applied"),
        json: { taken },
      };
    }
    case "plan": {
      const planned = await planMigrations({ ...database, schema, to });
      return { text: planned.length === 0 ? "Nothing is pending." : planScript(planned), json: { planned } };
    }
    case "lint": {
      const report = await lintMigrations({ ...database, schema, to });
      const isDangerous = report.dangers.length + report.needless.length > 0;
      return { text: lintWords(report), json: report, exitCode: isDangerous ? 1 : 0 };
    }
    case "status": {
      const states = (await migrationStatus(database)).filter((state) => (schema ?? state.schema) === state.schema);
      return { text: statusTable(states), json: { migrations: states } };
    }
    case "list": {
      const files = orderMigrations(await readMigrations(directory));
      const listed = files.filter((file) => (schema ?? file.schema) === file.schema);
      const json = {
        migrations: listed.map(({ schema, name, dependsOn = [], sha256 }) => ({ schema, name, dependsOn, sha256 })),
      };
      return { text: listed.map(nameOf).join("\n"), json };
    }
    case "graph": {
      const mermaid = mermaidOf(orderMigrations(await readMigrations(directory)));
      return { text: mermaid, json: { mermaid } };
    }
    case "validate":
      return validate(database, settings.DATABASE_URL !== undefined);
    case "new": {
      const [ofSchema = "", name = ""] = command.rest;
      const file = await newMigration(directory, ofSchema, name);
      return { text: `Wrote ${file}`, json: { file } };
    }
  }
}

async function validate(
  database: { url: string; directory: string; environment: string },
  hasDatabase: boolean,
): Promise<Answer> {
  const files = orderMigrations(await readMigrations(database.directory));
  const faults = hasDatabase ? faultsOf(await migrationStatus(database)) : [];
  if (faults.length > 0)
    throw new MigrationRefusedError(["The database is not what the files say:", ...faults].join("\n  "));
  const compared = hasDatabase ? ", and what is applied of them is what their files say" : "";
  return { text: `${files.length} migrations are as they must be${compared}.`, json: { valid: files.length } };
}

function requireSure({ name, isSure }: Command, environment: string): void {
  if (environment !== "production" || isSure) return;
  throw new MigrationRefusedError(`In production ${name} takes data with it: say --yes if that is what you want.`);
}

function counted(names: readonly string[], what: string): string {
  return `${names.length} ${names.length === 1 ? "migration was" : "migrations were"} ${what}.`;
}

function rolePasswords(environment: Environment): RolePasswords {
  const given = {
    users: environment.USERS_DATABASE_PASSWORD,
    auth: environment.AUTH_DATABASE_PASSWORD,
    dynamic: environment.DYNAMIC_DATABASE_PASSWORD,
    audit: environment.AUDIT_DATABASE_PASSWORD,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function documentOf(error: unknown): Record<string, unknown> {
  return {
    name: error instanceof Error ? error.name : "Error",
    message: wordsOf(error),
    ...(error instanceof MigrationFilesError && { faults: error.faults }),
    ...(error instanceof MigrationFailedError && { migration: error.migration, direction: error.direction }),
  };
}

/** A connection refused on several addresses comes as an AggregateError without a message of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

function refuse(words: string): number {
  console.error(words);
  return 2;
}
