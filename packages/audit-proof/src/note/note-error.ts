export type NoteErrorCode = "MALFORMED" | "NOT_SIGNED" | "BAD_SIGNATURE";

/** A note, key or checkpoint that can't be taken: not one at all, of nobody known, or signed wrongly. */
export class NoteError extends Error {
  override readonly name = "NoteError";

  constructor(
    readonly code: NoteErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export const malformed = (message: string): NoteError => new NoteError("MALFORMED", message);
