import { parseArgs } from "node:util";
import { z } from "zod";
import { migrateDown, migrateUp } from "./runner.js";
import { migrationStatus } from "./status.js";
import type { RolePasswords } from "./services.js";

const usage = `Usage: migrate <command>
  up                        apply what is pending, refresh roles and grants
  down [--steps N | --all]  revert the last N applied migrations (1)
  status                    show each migration and when it was applied`;

const password = z.string().min(1).optional();
const environmentSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL of the owner" }),
  USERS_DATABASE_PASSWORD: password,
  AUTH_DATABASE_PASSWORD: password,
  DYNAMIC_DATABASE_PASSWORD: password,
  AUDIT_DATABASE_PASSWORD: password,
});
type Environment = z.infer<typeof environmentSchema>;

/** Runs the command line; resolves to the exit code: 0 done, 1 failed, 2 wrong use or settings. */
export async function runCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const settings = environmentSchema.safeParse(environment);
  const command = parseCommand(args);
  if (command === undefined) return refuse(usage);
  if (!settings.success) {
    const faults = settings.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
    return refuse(["The environment is not as it must be:", ...faults].join("\n"));
  }
  try {
    await execute(command, settings.data);
    return 0;
  } catch (error) {
    console.error(wordsOf(error));
    return 1;
  }
}

type Command = { name: "up" } | { name: "down"; steps: number | "all" } | { name: "status" };

function parseCommand(args: readonly string[]): Command | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { steps: { type: "string", default: "1" }, all: { type: "boolean", default: false } },
    });
    const [name, ...rest] = positionals;
    if (rest.length > 0) return undefined;
    if (name === "up" || name === "status") return { name };
    const steps = values.all ? "all" : Number(values.steps);
    return name === "down" && (steps === "all" || (Number.isInteger(steps) && steps > 0)) ? { name, steps } : undefined;
  } catch {
    return undefined;
  }
}

async function execute(command: Command, environment: Environment): Promise<void> {
  const log = (line: string): void => console.log(line);
  const options = { url: environment.DATABASE_URL, rolePasswords: rolePasswords(environment), log };
  switch (command.name) {
    case "up":
      if ((await migrateUp(options)).length === 0) log("Nothing is pending.");
      return;
    case "down":
      if ((await migrateDown({ ...options, steps: command.steps })).length === 0) log("Nothing is applied.");
      return;
    case "status":
      for (const { schema, name, state, appliedAt } of await migrationStatus(options)) {
        log([state.padEnd(7), `${schema}/${name}`.padEnd(32), appliedAt?.toISOString()].join(" ").trimEnd());
      }
  }
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

/** A connection refused on several addresses comes as an AggregateError without a message of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

function refuse(words: string): number {
  console.error(words);
  return 2;
}
