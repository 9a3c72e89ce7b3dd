import { verifyConsistency } from "../merkle/verify.js";
import { parseCheckpoint, type Checkpoint } from "../note/checkpoint.js";
import { unverifiedText } from "../note/open-note.js";
import { splitNotes } from "../note/split-notes.js";
import type { NoteVerifier } from "../note/verifier-key.js";
import type { Closing } from "./closing-line.js";
import { UnreadableExport, type Problems } from "./problem.js";
import { signatureFault, wordsOf } from "./signature.js";

/** What a witness kept of the log, against which the file's is compared, size by size. */
export class Witness {
  readonly #roots = new Map<number, Buffer>();
  readonly #compared = new Set<number>();

  /**
   * Reads one note or many, one after another.
   * @throws UnreadableExport when one of them is no checkpoint
   */
  constructor(
    copy: string,
    private readonly file: { checkpoint: Checkpoint; verifier: NoteVerifier | undefined },
    private readonly problems: Problems,
  ) {
    const notes = splitNotes(copy);
    if (notes.length === 0) throw new UnreadableExport("The checkpoint given is empty.");
    for (const [at, note] of notes.entries())
      this.#add(note, readNote(note, notes.length === 1 ? "The checkpoint given" : `Note ${at + 1} of those given`));
    this.#compareOwn(file.checkpoint);
  }

  /** The root that the witness kept for a size. */
  rootAt(size: number): Buffer | undefined {
    return this.#roots.get(size);
  }

  /** Takes that the file's log was compared with what the witness kept for `size`. */
  compared(size: number, isSame: boolean): void {
    if (!isSame && !this.#compared.has(size))
      this.problems.add("FORKED", null, `with ${size} leaves, the file's log has another root than the note given`);
    this.#compared.add(size);
  }

  /** Compares by the file's proof that its tree continues an earlier one. */
  seeConsistency({ from, path }: NonNullable<Closing["consistency"]>): void {
    const fromRoot = this.rootAt(from);
    const { size: to, root: toRoot } = this.file.checkpoint;
    if (fromRoot && !this.#compared.has(from))
      this.compared(from, verifyConsistency({ from, to, fromRoot, toRoot, path }));
  }

  /** The sizes that the witness kept, ascending, by whether they were compared. */
  sizes({ areCompared }: { areCompared: boolean }): number[] {
    const sizes = [...this.#roots.keys()].filter((size) => this.#compared.has(size) === areCompared);
    return sizes.sort((one, other) => one - other);
  }

  #compareOwn({ size, root }: Checkpoint): void {
    const kept = this.rootAt(size);
    if (kept) this.compared(size, kept.equals(root));
  }

  #add(note: string, { origin, size, root }: Checkpoint): void {
    const { checkpoint, verifier } = this.file;
    const fault = verifier && signatureFault(note, verifier);
    const known = this.rootAt(size);
    if (origin !== checkpoint.origin)
      this.problems.add("FORKED", null, `the note given is of the log ${origin}, the file of ${checkpoint.origin}`);
    else if (fault !== undefined)
      this.problems.add("BAD_SIGNATURE", null, `the note given, of ${size} leaves: ${fault}`);
    else if (known && !known.equals(root))
      this.problems.add("FORKED", null, `two of the notes given have ${size} leaves and different roots`);
    else this.#roots.set(size, root);
  }
}

function readNote(note: string, which: string): Checkpoint {
  try {
    return parseCheckpoint(unverifiedText(note));
  } catch (error) {
    throw new UnreadableExport(`${which} is no checkpoint: ${wordsOf(error)}`);
  }
}
