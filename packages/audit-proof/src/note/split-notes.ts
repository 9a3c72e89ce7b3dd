const isSignature = (line: string) => line.startsWith("— ");

/**
 * The notes that stand one after another in a witness's copy, with or without empty lines between them. What is left at
 * the end without a signature comes along as it is: `openNote` says what is wrong with it.
 */
export function splitNotes(text: string): string[] {
  const notes: string[] = [];
  let note: string[] = [];
  let wasSigned = false;
  for (const line of text.split(/(?<=\n)/)) {
    const endsBefore = wasSigned && !isSignature(line);
    if (endsBefore) {
      notes.push(note.join(""));
      note = [];
    }
    wasSigned = isSignature(line) && (wasSigned || note.at(-1) === "\n");
    if (note.length > 0 || (line !== "\n" && line !== "")) note.push(line);
  }
  return note.length > 0 ? [...notes, note.join("")] : notes;
}
