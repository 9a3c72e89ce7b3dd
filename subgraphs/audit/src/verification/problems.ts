export type ProblemKind = "MODIFIED" | "MISSING" | "INSERTED" | "REORDERED" | "TRUNCATED" | "FORKED" | "BAD_SIGNATURE";

/** Something in the store that isn't as it was sealed and signed. */
export interface Problem {
  kind: ProblemKind;
  /** Undefined: it is about no single leaf. */
  leafIndex: number | undefined;
  message: string;
}

const MOST_KEPT = 1_000;

/** What was found; of many, the first thousand are kept and all are counted. */
export class Problems {
  readonly list: Problem[] = [];
  #count = 0;

  /** How many were found. */
  get count(): number {
    return this.#count;
  }

  add(kind: ProblemKind, leafIndex: number | undefined, message: string): void {
    this.#count += 1;
    if (this.list.length < MOST_KEPT) this.list.push({ kind, leafIndex, message });
  }
}
