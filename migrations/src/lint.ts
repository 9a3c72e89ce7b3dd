import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { planMigrations, scriptOf, type PlannedMigration } from "./plan.js";
import { readMigrations } from "./migration-files.js";
import { nameOf, type Selection } from "./selection.js";
import type { StatusOptions } from "./status.js";

/** Matters of taste, and timeouts, which are the run's to set: neither loses data nor holds up writers. */
const notDangerous = [
  "prefer-bigint-over-int",
  "prefer-bigint-over-smallint",
  "prefer-identity",
  "prefer-robust-stmts",
  "prefer-text-field",
  "prefer-timestamp-tz",
  "require-lock-timeout",
  "require-statement-timeout",
];

/** What squawk says of a statement. https://squawkhq.com/docs/rules */
export interface Danger {
  readonly schema: string;
  readonly name: string;
  readonly rule: string;
  /** In the migration's SQL, as `plan` shows it, from 1. */
  readonly line: number;
  readonly message: string;
}

export interface LintReport {
  readonly dangers: readonly Danger[];
  /** Rules that a migration allows and that found nothing in it, as `schema/name: rule`. */
  readonly needless: readonly string[];
  /** Those that run in no transaction: their SQL is not known before they run. */
  readonly notLinted: readonly string[];
  readonly linted: number;
}

/**
 * Looks for dangerous DDL in what `up` would run: what a migration's `allows` gives a reason for is none.
 * @throws as `planMigrations`; Error when squawk-cli, which is there in development alone, is missing
 */
export async function lintMigrations(options: StatusOptions & Selection): Promise<LintReport> {
  const files = new Map((await readMigrations(options.directory)).map((file) => [nameOf(file), file]));
  const planned = await planMigrations(options);
  const tried = planned.filter(({ transaction }) => transaction);
  const dangers: Danger[] = [];
  const needless: string[] = [];
  for (const migration of tried) {
    const allowed = Object.keys(files.get(nameOf(migration))?.allows ?? {});
    const found = await dangersOf(migration);
    dangers.push(...found.filter(({ rule }) => !allowed.includes(rule)));
    const unused = allowed.filter((rule) => !found.some((danger) => danger.rule === rule));
    needless.push(...unused.map((rule) => `${nameOf(migration)}: ${rule}`));
  }
  const notLinted = planned.filter(({ transaction }) => !transaction).map(nameOf);
  return { dangers, needless, notLinted, linted: tried.length };
}

/** In words, a line for each. */
export function lintWords({ dangers, needless, notLinted, linted }: LintReport): string {
  return [
    ...dangers.map((danger) => `${nameOf(danger)}, line ${danger.line}: ${danger.message} (${danger.rule})`),
    ...needless.map((rule) => `${rule} is allowed, and nothing is found: take it out of \`allows\`.`),
    ...notLinted.map((name) => `${name} runs in no transaction: it was not looked at.`),
    dangers.length + needless.length > 0
      ? "Dangerous statements need a safer form, or a reason in the migration's `allows`, by the rule in brackets."
      : `${linted} ${linted === 1 ? "migration" : "migrations"} looked at: nothing dangerous without a reason.`,
  ].join("\n");
}

interface SquawkViolation {
  rule_name: string;
  /** From 0. */
  line: number;
  message: string;
  help: string | null;
}

async function dangersOf(migration: PlannedMigration): Promise<Danger[]> {
  const { schema, name, statements } = migration;
  const sql = statements.map(scriptOf).join("\n");
  const found = (await squawk(sql)).map(({ rule_name: rule, line, message, help }) => ({
    ...{ schema, name, rule, line: line + 1 },
    message: help === null ? message : `${message} ${help}`,
  }));
  // A statement that changes ten columns is told of once.
  return [...new Map(found.map((danger) => [`${danger.rule} ${danger.line}`, danger])).values()];
}

async function squawk(sql: string): Promise<SquawkViolation[]> {
  const args = ["--reporter", "json", "--assume-in-transaction", "--exclude", notDangerous.join(",")];
  const child = spawn(process.execPath, [squawkProgram(), ...args, "--stdin-filepath", "plan.sql"]);
  child.stdin.end(sql);
  const exited = once(child, "close") as Promise<[number]>;
  const [output, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  // 0: nothing found, 1: something.
  if (code > 1 || output === "") throw new Error(`squawk-cli ended with ${code}: ${complaint}`);
  return JSON.parse(output) as SquawkViolation[];
}

function squawkProgram(): string {
  try {
    return createRequire(import.meta.url).resolve("squawk-cli/js/bin/squawk");
  } catch (cause) {
    throw new Error("squawk-cli is not installed: it is there in development alone.", { cause });
  }
}
