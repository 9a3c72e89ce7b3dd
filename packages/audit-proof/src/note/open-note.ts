import { verify } from "node:crypto";
import { fromBase64 } from "./base64.js";
import { malformed, NoteError } from "./note-error.js";
import { isKeyName, type NoteVerifier } from "./verifier-key.js";

export interface Signature {
  name: string;
  keyId: Buffer;
  bytes: Buffer;
}

const KEY_ID_BYTES = 4;
const MOST_SIGNATURES = 100;

/** Whether it can be signed as a note: lines, each ended, without control characters. */
export function isNoteText(text: string): boolean {
  return text.endsWith("\n") && text.isWellFormed() && !/[^\P{Cc}\n\u{7f}-\u{9f}]/u.test(text);
}

/**
 * A note's text (C2SP signed-note), when somebody known signed it. Signatures of unknown keys are passed over.
 * @throws NoteError MALFORMED: not a note; NOT_SIGNED: by none of `verifiers`; BAD_SIGNATURE: one of theirs is wrong
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): { text: string; verifiedBy: string[] } {
  const { text, signatures } = parseNote(note);
  const verifiedBy = new Set<string>();
  for (const { name, keyId, bytes } of signatures) {
    const verifier = verifiers.find((known) => known.name === name && known.keyId.equals(keyId));
    if (!verifier) continue;
    if (!verify(null, Buffer.from(text), verifier.publicKey, bytes))
      throw new NoteError("BAD_SIGNATURE", `The signature of ${name}+${keyId.toString("hex")} doesn't fit the note.`);
    verifiedBy.add(name);
  }
  if (verifiedBy.size > 0) return { text, verifiedBy: [...verifiedBy] };
  const signers = signatures.map(({ name, keyId }) => `${name}+${keyId.toString("hex")}`);
  const known = verifiers.map(({ name, keyId }) => `${name}+${keyId.toString("hex")}`);
  throw new NoteError("NOT_SIGNED", `The note is signed by ${signers.join(", ")}, not by ${known.join(", ")}.`);
}

/**
 * What a note says, whoever signed it: to be compared, never to be trusted.
 * @throws NoteError MALFORMED
 */
export const unverifiedText = (note: string): string => parseNote(note).text;

/** @throws NoteError MALFORMED */
export function parseNote(note: string): { text: string; signatures: Signature[] } {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  if (end === -1 || !isNoteText(note)) throw malformed("This is not a signed note: text, an empty line, signatures.");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) throw malformed(`The note has more than ${MOST_SIGNATURES} signatures.`);
  return { text, signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): Signature {
  const [dash, name, encoded, ...others] = line.split(" ");
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  const isSignature = dash === "—" && name !== undefined && isKeyName(name) && others.length === 0;
  if (!isSignature || !bytes || bytes.length <= KEY_ID_BYTES)
    throw malformed(`The note has a line among its signatures that is none: ${JSON.stringify(line)}.`);
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), bytes: bytes.subarray(KEY_ID_BYTES) };
}
