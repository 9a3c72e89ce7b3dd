import { ambiguityOf } from "./ambiguity.js";
import type { Ends } from "./export-lines.js";
import { asHashes, asObject, asSize, parseObject, type JsonObject } from "./json.js";
import { UnreadableExport } from "./problem.js";

export interface LeafRange {
  from: number;
  to: number;
  before: Buffer[];
  after: Buffer[];
}

/** The last line of an export: what its events are proven against. */
export interface Closing {
  checkpoint: string;
  verifierKey: string;
  count: number;
  range: LeafRange | undefined;
  /** That the checkpoint's tree continues the one of `from` leaves. */
  consistency: { from: number; path: Buffer[] } | undefined;
  faults: string[];
}

export const EXPORT_VERSION = 1;
const MEMBERS = new Set(["checkpoint", "verifier_key", "version", "filter", "range", "count", "consistency"]);
const AGAIN = "Export again with format=ndjson, and let it come to its end.";

/** What can't be an export's line of either kind, told by how it looks. */
function refuseFirstLine(line: string, isOnly: boolean): void {
  const first = parseObject(line);
  if (first && ("class_uid" in first || "category_uid" in first))
    throw new UnreadableExport(`This is an OCSF export, which carries no proofs. ${AGAIN}`);
  if (first && ("leaf_index" in first || "leaf_hash" in first || "checkpoint" in first)) return;
  if (first) throw new UnreadableExport(`Line 1 is JSON, but no event of an audit log. ${AGAIN}`);
  if (isOnly && line.startsWith("{"))
    throw new UnreadableExport(
      `The file ends in the middle of line 1, without its last line, the checkpoint. ${AGAIN}`,
    );
  if (/^"?\w+"?([,;]"?\w+"?)+\s*$/.test(line))
    throw new UnreadableExport(`This looks like a csv export, which carries no proofs. ${AGAIN}`);
  throw new UnreadableExport(`Line 1 is not JSON: this is not an export in ndjson. ${AGAIN}`);
}

/**
 * Reads the last line of an export.
 * @throws UnreadableExport when there is none: another format, another version, an empty file, one that was cut
 */
export function readClosing({ first, last, count, closing }: Ends): Closing {
  if (count === 0) throw new UnreadableExport(`The file is empty. ${AGAIN}`);
  refuseFirstLine(first, count === 1);
  const object = parseObject(closing);
  if (!object) {
    const where = parseObject(last) ? `after line ${count}` : `in the middle of line ${count}`;
    throw new UnreadableExport(`The file ends ${where}, without its last line, the checkpoint. ${AGAIN}`);
  }
  if (object.version !== EXPORT_VERSION)
    throw new UnreadableExport(
      `This export is of version ${JSON.stringify(object.version)}, and what reads it knows version ${EXPORT_VERSION}. ` +
        "Verify it with the release that made it, or export again.",
    );
  const ambiguity = ambiguityOf(closing, object);
  const read = closingOf(object);
  return ambiguity === undefined ? read : { ...read, faults: [...read.faults, `the last line: ${ambiguity}`] };
}

function closingOf(object: JsonObject): Closing {
  const unknown = Object.keys(object).filter((name) => !MEMBERS.has(name));
  const faults = unknown.map((name) => `${name} was put into the last line: it has no such member`);
  const read = <T>(name: string, value: T | undefined, otherwise: T): T => {
    if (value === undefined) faults.push(`${name} of the last line is not what it should be`);
    return value ?? otherwise;
  };
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return {
    checkpoint: read("checkpoint", text(object.checkpoint), ""),
    verifierKey: read("verifier_key", text(object.verifier_key), ""),
    count: read("count", asSize(object.count), 0),
    range: (object.range ?? null) === null ? undefined : read("range", readRange(object.range), undefined),
    consistency:
      (object.consistency ?? null) === null
        ? undefined
        : read("consistency", readConsistency(object.consistency), undefined),
    faults,
  };
}

function readRange(value: unknown): LeafRange | undefined {
  const object = asObject(value);
  const [from, to] = [asSize(object?.from), asSize(object?.to)];
  const [before, after] = [asHashes(object?.before), asHashes(object?.after)];
  if (from === undefined || to === undefined || from > to || !before || !after) return undefined;
  return { from, to, before, after };
}

function readConsistency(value: unknown): Closing["consistency"] {
  const object = asObject(value);
  const [from, path] = [asSize(object?.from), asHashes(object?.path)];
  return from === undefined || !path ? undefined : { from, path };
}
