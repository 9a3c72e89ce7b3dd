import { HASH_BYTES } from "../merkle/hash.js";
import { fromBase64 } from "./base64.js";
import { malformed } from "./note-error.js";

export interface Checkpoint {
  /** Which log it is. */
  origin: string;
  size: number;
  root: Buffer;
  signedAt: Date | undefined;
  /** The extension lines other than `signed-at`. */
  extensions: string[];
}

const SIGNED_AT = "signed-at ";
const RFC_3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The text of a checkpoint (C2SP tlog-checkpoint), to be signed as a note. */
export function formatCheckpoint(c: { origin: string; size: number; root: Buffer; signedAt: Date }): string {
  return `${c.origin}\n${c.size}\n${c.root.toString("base64")}\n${SIGNED_AT}${c.signedAt.toISOString()}\n`;
}

/**
 * Reads the text of a checkpoint (C2SP tlog-checkpoint).
 * @throws NoteError MALFORMED
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.includes(""))
    throw malformed("A checkpoint is made of lines, none of them empty, each of them ended.");
  const [origin, size, root, ...extensions] = lines;
  if (origin === undefined || size === undefined || root === undefined)
    throw malformed("A checkpoint has an origin, a size and a root hash, a line each.");
  const time = extensions.find((line) => line.startsWith(SIGNED_AT));
  return {
    origin,
    size: parseSize(size),
    root: parseRoot(root),
    signedAt: time === undefined ? undefined : parseTime(time.slice(SIGNED_AT.length)),
    extensions: extensions.filter((line) => line !== time),
  };
}

function parseSize(text: string): number {
  const size = Number(text);
  if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(size))
    throw malformed(`The checkpoint's size is ${JSON.stringify(text)}: not a count of leaves.`);
  return size;
}

function parseRoot(text: string): Buffer {
  const root = fromBase64(text);
  if (root?.length !== HASH_BYTES) throw malformed("The checkpoint's root hash is not 32 bytes in base64.");
  return root;
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (!RFC_3339_UTC.test(text) || Number.isNaN(time.getTime()))
    throw malformed(`The checkpoint was signed at ${JSON.stringify(text)}: not a time in UTC (RFC 3339).`);
  return time;
}
