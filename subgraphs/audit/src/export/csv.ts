import type { ExportedEvent } from "./exported-event.js";

/** What a person reads in a table: of what proves an event, only where it stands. */
type Column = Exclude<keyof ExportedEvent, `${string}_commitment` | "personal">;

/** In this order; the compiler sees when one is missing. */
const COLUMN_NAMES: Record<Column, true> = {
  id: true,
  occurred_at: true,
  service: true,
  action: true,
  outcome: true,
  reason: true,
  user_id: true,
  actor_type: true,
  actor_label: true,
  impersonator_id: true,
  entity_id: true,
  entity_type: true,
  entity_label: true,
  entity_version: true,
  changes: true,
  metadata: true,
  request_id: true,
  trace_id: true,
  span_id: true,
  session_id: true,
  ip: true,
  user_agent: true,
  operation_name: true,
  path: true,
  schema_version: true,
  leaf_index: true,
  leaf_hash: true,
  sealed_at: true,
};
const columns = Object.keys(COLUMN_NAMES) as Column[];

/** What a spreadsheet takes for the beginning of a formula, in full width too. */
const SIGN = String.raw`[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]`;
/** Where a cell begins for a program that separates cells by semicolons, tabs or line breaks, whatever quotes say. */
const CELL = String.raw`(?:^|[;\t\r\n])"*`;
const BLANK = String.raw`[\t\r\n]`;
/** What most texts are spared by, for looking at each place takes ten times as long. */
const mayHoldFormula = /^["']*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]|[;\t\r\n]/;
/** The apostrophes, none at the least, that stand before what is to be guarded. */
const unguarded = new RegExp(`(?<=${CELL})'*(?=${SIGN})|(?<=^"*)'*(?=${BLANK})`, "g");
const guarded = new RegExp(`(?<=${CELL})'('*)(?=${SIGN})|(?<=^"*)'('*)(?=${BLANK})`, "g");

/** The header of an export in CSV (RFC 4180), its CRLF with it. */
export function csvHeader(): string {
  return line(columns);
}

/**
 * An event as a row of CSV (RFC 4180), its CRLF with it: null is empty, without quotes; changes and metadata are JSON.
 * What a spreadsheet could take for a formula has an apostrophe before it (OWASP, "CSV Injection"): see `textOfCell`.
 */
export function csvRow(event: ExportedEvent): string {
  return line(columns.map((column) => textOf(event[column])));
}

/**
 * What the event says, by a cell as a CSV parser reads it: takes out the apostrophes that guard it. Each guard is one
 * apostrophe more than there were, so that those which were the text's own are left.
 */
export function textOfCell(cell: string): string {
  return cell.replace(guarded, "$1$2");
}

function line(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? "" : quoted(cell))).join(",")}\r\n`;
}

function quoted(text: string): string {
  const harmless = mayHoldFormula.test(text) ? text.replace(unguarded, "'$&") : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function textOf(value: ExportedEvent[keyof ExportedEvent]): string | null {
  if (value === null || typeof value === "string") return value;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
