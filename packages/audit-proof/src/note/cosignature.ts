import { verify } from "node:crypto";
import { malformed, NoteError } from "./note-error.js";
import { parseNote, type Signature } from "./open-note.js";
import type { NoteVerifier } from "./verifier-key.js";

export interface Cosignature {
  /** `<name>+<8 hex digits>` of the witness's key. */
  cosigner: string;
  cosignedAt: Date;
  /** The signature's line, without its end: below the others it makes the note one that the witness has seen. */
  line: string;
}

const TIMESTAMP_BYTES = 8;

/**
 * What witnesses say of a checkpoint (C2SP tlog-cosignature, Ed25519): the lines of known cosigners that stand in
 * `lines`, verified. Those of unknown ones are passed over.
 * @throws NoteError MALFORMED: not signature lines; BAD_SIGNATURE: one of a known cosigner is wrong
 */
export function openCosignatures(note: string, lines: string, cosigners: readonly NoteVerifier[]): Cosignature[] {
  const { text } = parseNote(note);
  const cosigned = parseNote(note + lines);
  if (cosigned.text !== text) throw malformed("These are no signature lines.");
  return cosigned.signatures.flatMap((signature) => {
    const cosigner = cosigners.find(({ name, keyId }) => name === signature.name && keyId.equals(signature.keyId));
    return cosigner ? [verified(text, signature, cosigner)] : [];
  });
}

function verified(text: string, { name, keyId, bytes }: Signature, { publicKey }: NoteVerifier): Cosignature {
  const cosigner = `${name}+${keyId.toString("hex")}`;
  const seconds = bytes.length < TIMESTAMP_BYTES ? 0n : bytes.readBigUInt64BE();
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
  if (!verify(null, message, publicKey, bytes.subarray(TIMESTAMP_BYTES)))
    throw new NoteError("BAD_SIGNATURE", `The cosignature of ${cosigner} doesn't fit the checkpoint.`);
  const cosignedAt = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(cosignedAt.getTime())) throw malformed(`The cosignature of ${cosigner} is of no time.`);
  return { cosigner, cosignedAt, line: `— ${name} ${Buffer.concat([keyId, bytes]).toString("base64")}` };
}
