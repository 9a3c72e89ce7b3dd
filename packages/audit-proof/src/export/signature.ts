import { parseCheckpoint, type Checkpoint } from "../note/checkpoint.js";
import { NoteError } from "../note/note-error.js";
import { openNote, unverifiedText } from "../note/open-note.js";
import { parseVerifierKey, type NoteVerifier } from "../note/verifier-key.js";
import type { Closing } from "./closing-line.js";
import { UnreadableExport, type Problems } from "./problem.js";

/** The key that signatures are checked with. */
export interface CheckedKey {
  /** As text: to be compared with the operator's. */
  text: string;
  /** Not out of the file, which whoever forged it could have signed with a key of their own. */
  isGiven: boolean;
  verifier: NoteVerifier | undefined;
}

/** @throws UnreadableExport when the key given is none */
export function keyOf(closing: Closing, given: string | undefined, problems: Problems): CheckedKey {
  if (given !== undefined) return givenKey(closing, given.trim(), problems);
  const key = { text: closing.verifierKey, isGiven: false };
  try {
    return { ...key, verifier: parseVerifierKey(closing.verifierKey) };
  } catch (error) {
    problems.add("BAD_SIGNATURE", null, `verifier_key of the last line is no key: ${wordsOf(error)}`);
    return { ...key, verifier: undefined };
  }
}

function givenKey(closing: Closing, text: string, problems: Problems): CheckedKey {
  const verifier = readGivenKey(text);
  if (closing.verifierKey !== text)
    problems.add("BAD_SIGNATURE", null, `the file names another key than the one given: ${closing.verifierKey}`);
  return { text, isGiven: true, verifier };
}

function readGivenKey(text: string): NoteVerifier {
  try {
    return parseVerifierKey(text);
  } catch (error) {
    throw new UnreadableExport(`The key given is none: ${wordsOf(error)}`);
  }
}

/** The file's checkpoint; undefined when it is not even one. What it says counts only while there are no problems. */
export function checkpointOf(closing: Closing, key: CheckedKey, problems: Problems): Checkpoint | undefined {
  const fault = key.verifier && signatureFault(closing.checkpoint, key.verifier);
  if (fault !== undefined) problems.add("BAD_SIGNATURE", null, `the file's checkpoint: ${fault}`);
  try {
    return parseCheckpoint(unverifiedText(closing.checkpoint));
  } catch (error) {
    if (fault === undefined) problems.add("BAD_SIGNATURE", null, `the file's checkpoint: ${wordsOf(error)}`);
    return undefined;
  }
}

/** What is wrong with a note's signature, in words. */
export function signatureFault(note: string, verifier: NoteVerifier): string | undefined {
  try {
    openNote(note, [verifier]);
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

export function wordsOf(error: unknown): string {
  if (error instanceof NoteError) return error.message;
  throw error;
}
