import { NoteError, openNote, parseCheckpoint, type NoteVerifier } from "@supergraph/audit-proof";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { Problems } from "./problems.js";

/** What the tree's root was signed to be when it had `size` leaves. */
export interface SignedRoot {
  size: number;
  root: Buffer;
  signedAt: Date | undefined;
  /** What says so: the store's own checkpoint, one that was kept elsewhere, or what an earlier check found. */
  copy: "store" | "witness" | "memory";
}

const NAMES = {
  store: ["the checkpoint", "signed"],
  witness: ["the witness's checkpoint", "signed"],
  memory: ["the tree", "found right"],
} as const;

export function nameOf({ size, signedAt, copy }: Omit<SignedRoot, "root">): string {
  const [name, how] = NAMES[copy];
  return `${name} of ${size} leaves${signedAt ? `, ${how} at ${signedAt.toISOString()}` : ""}`;
}

/** Opens a checkpoint of the store; undefined when it can't be gone by, which is a problem. */
export function openStored(
  row: CheckpointRow,
  verifiers: readonly NoteVerifier[],
  problems: Problems,
): SignedRoot | undefined {
  const size = Number(row.tree_size);
  const stored = nameOf({ size, signedAt: row.signed_at, copy: "store" });
  try {
    const signed = parseCheckpoint(openNote(row.note, verifiers).text);
    if (signed.size !== size) {
      problems.add("MODIFIED", undefined, `In the place of ${stored}, stands the note of ${signed.size} leaves.`);
      return undefined;
    }
    const agrees = signed.root.equals(row.root_hash) && signed.signedAt?.getTime() === row.signed_at.getTime();
    if (!agrees) problems.add("MODIFIED", undefined, `Of ${stored}, root or time differ from its signed note.`);
    return { size, root: signed.root, signedAt: signed.signedAt, copy: "store" };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    problems.add("BAD_SIGNATURE", undefined, `The log's key didn't sign ${stored}: ${error.message}`);
    return undefined;
  }
}

/**
 * Opens a checkpoint that was kept elsewhere; undefined when the log's key didn't sign it, which is a problem.
 * @throws NoteError MALFORMED when it is no checkpoint, or another log's
 */
export function openWitnessed(
  note: string,
  verifiers: readonly NoteVerifier[],
  problems: Problems,
): SignedRoot | undefined {
  const { origin, size, root, signedAt } = parseCheckpoint(note.slice(0, note.lastIndexOf("\n\n") + 1));
  if (!verifiers.some(({ name }) => name === origin)) {
    const logs = verifiers.map(({ name }) => name).join(", ");
    throw new NoteError("MALFORMED", `The checkpoint is of the log ${origin}, not of ${logs}.`);
  }
  const signed: SignedRoot = { size, root, signedAt, copy: "witness" };
  try {
    openNote(note, verifiers);
    return signed;
  } catch (error) {
    if (!(error instanceof NoteError) || error.code === "MALFORMED") throw error;
    problems.add("BAD_SIGNATURE", undefined, `The log's key didn't sign ${nameOf(signed)}: ${error.message}`);
    return undefined;
  }
}

/** Roots to come across while the tree is walked, smallest tree first, of two copies. */
export class RootsAhead {
  #next: SignedRoot | undefined;
  readonly #witnessed: SignedRoot[];

  private constructor(
    private readonly stored: AsyncIterator<SignedRoot>,
    witnessed: readonly SignedRoot[],
  ) {
    this.#witnessed = [...witnessed].sort((one, other) => one.size - other.size);
  }

  static async of(stored: AsyncGenerator<SignedRoot>, witnessed: readonly SignedRoot[]): Promise<RootsAhead> {
    const ahead = new RootsAhead(stored, witnessed);
    await ahead.#advance();
    return ahead;
  }

  /** The size that the next ones are of. */
  get nextSize(): number {
    return Math.min(this.#next?.size ?? Infinity, this.#witnessed[0]?.size ?? Infinity);
  }

  /** Takes those of a tree of this size, and passes over smaller ones. */
  async take(size: number): Promise<SignedRoot[]> {
    const taken: SignedRoot[] = [];
    while (this.#next && this.#next.size <= size) {
      taken.push(this.#next);
      await this.#advance();
    }
    while (this.#witnessed[0] && this.#witnessed[0].size <= size) {
      const [witnessed] = this.#witnessed.splice(0, 1);
      if (witnessed) taken.push(witnessed);
    }
    return taken.filter((root) => root.size === size);
  }

  async #advance(): Promise<void> {
    const { value, done } = (await this.stored.next()) as IteratorResult<SignedRoot, undefined>;
    this.#next = done ? undefined : value;
  }
}
