import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Knex } from "knex";
import { from } from "pg-copy-streams";
import { withDriverConnection } from "./driver-connection.js";

/** What a column may be given: objects and arrays as JSON; undefined is null. */
export type CopiedValue = string | number | boolean | object | null | undefined;
export type CopiedRow<Row> = { readonly [Column in keyof Row]: CopiedValue };

const ESCAPED: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};
const TO_ESCAPE = /[\\\b\f\n\r\t\v]/;
const ALL_TO_ESCAPE = new RegExp(TO_ESCAPE, "g");

/** A value in COPY's text format (PostgreSQL's manual, COPY, "File Formats"). */
function copied(value: CopiedValue): string {
  if (value === null || value === undefined) return "\\N";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return TO_ESCAPE.test(text) ? text.replace(ALL_TO_ESCAPE, (character) => ESCAPED[character] ?? character) : text;
}

/**
 * Sends rows to a table by COPY, of all ways the least work for PostgreSQL. They come in slices: while it stores one, the
 * next is made.
 */
export async function copyRows<Row extends CopiedRow<Row>>(
  query: Knex,
  table: string,
  columns: readonly (keyof Row & string)[],
  slices: Iterable<readonly Row[]>,
): Promise<void> {
  async function* text() {
    for (const rows of slices) {
      yield rows.map((row) => `${columns.map((column) => copied(row[column])).join("\t")}\n`).join("");
      // Only between turns of the event loop does it leave for PostgreSQL.
      await nextTurn();
    }
  }
  const statement = query.raw("copy ?? (??) from stdin", [table, [...columns]]).toQuery();
  await withDriverConnection(query, (connection) =>
    pipeline(Readable.from(text(), { highWaterMark: 1 }), connection.query(from(statement))),
  );
}
