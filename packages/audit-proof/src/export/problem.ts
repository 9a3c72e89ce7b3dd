export type ProblemKind = "MODIFIED" | "MISSING" | "REORDERED" | "TRUNCATED" | "FORKED" | "BAD_SIGNATURE" | "INSERTED";

export interface ExportProblem {
  /** Null: not of one leaf. */
  leafIndex: number | null;
  kind: ProblemKind;
  message: string;
}

const MOST_LISTED = 100;

/** What was found, in the order of finding. It lists the first hundred, so that memory stays flat, and counts all. */
export class Problems {
  readonly listed: ExportProblem[] = [];
  count = 0;

  add(kind: ProblemKind, leafIndex: number | null, message: string): void {
    this.count += 1;
    if (this.listed.length < MOST_LISTED) this.listed.push({ leafIndex, kind, message });
  }
}

/** The file, the key or the note is not what it would have to be: nothing can be said of the events. */
export class UnreadableExport extends Error {
  override readonly name = "UnreadableExport";
}
