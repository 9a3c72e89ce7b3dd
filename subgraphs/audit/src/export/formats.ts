import { csvHeader, csvRow } from "./csv.js";
import type { ExportedEvent } from "./exported-event.js";
import { ocsfEventOf } from "./ocsf.js";
import type { ExportQuery } from "./query.js";

/** An event, with its path to the checkpoint's root where proofs were asked for: hexadecimal, from the leaf up. */
export type ExportedLine = ExportedEvent & { proof?: string[] };

/** The last line of an export that proves itself. */
export interface ExportEnd {
  /** A signed note. */
  checkpoint: string;
  verifier_key: string;
  version: 1;
  filter: Record<string, unknown>;
  /** Where the export holds every leaf of [from, to): the roots of what stands before and after these. */
  range: { from: number; to: number; before: string[]; after: string[] } | null;
  count: number;
}

interface ExportWriter {
  contentType: string;
  extension: string;
  head: () => string;
  line: (event: ExportedLine) => string;
  end: (end: ExportEnd) => string;
}

const jsonLine = (value: unknown) => `${JSON.stringify(value)}\n`;

const nothing = () => "";

/** How each format is written. Only ndjson has room for a proof. */
export const writers: Record<ExportQuery["format"], ExportWriter> = {
  ndjson: { contentType: "application/x-ndjson", extension: "ndjson", head: nothing, line: jsonLine, end: jsonLine },
  csv: { contentType: "text/csv; charset=utf-8", extension: "csv", head: csvHeader, line: csvRow, end: nothing },
  ocsf: {
    contentType: "application/x-ndjson",
    extension: "ocsf.ndjson",
    head: nothing,
    line: (event) => jsonLine(ocsfEventOf(event)),
    end: nothing,
  },
};
