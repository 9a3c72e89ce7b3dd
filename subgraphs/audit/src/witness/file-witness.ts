import { open, type FileHandle } from "node:fs/promises";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { Witness } from "./witness.js";

/** Many times what a note takes. */
const TAIL_BYTES = 65_536;
/** The file is read a character a byte: a crash may tear anything. */
const BYTES = "latin1";
const DASH = Buffer.from("—").toString(BYTES);
/** A note's last signature, and the empty line that ends what was written of it. */
const END = new RegExp(`\\n${DASH} [^\\n]+\\n\\n`, "g");
const ENDS_SIGNED = new RegExp(`\\n\\n(${DASH} [^\\n]+\\n)+$`);

/**
 * Appends checkpoints to a file: notes one after another, an empty line after each. What a crash has torn is completed
 * or cut off before the next is written.
 */
export class FileWitness implements Witness {
  readonly name = "file";

  constructor(
    private readonly path: string,
    private readonly origin: string,
  ) {}

  /** @throws Error when it can't be written, or doesn't end in a checkpoint of this log */
  async take({ note }: CheckpointRow): Promise<void> {
    const file = await open(this.path, "a+", 0o644);
    try {
      const last = await this.#mend(file);
      if (textOf(last) === textOf(inBytes(note))) return;
      await file.appendFile(`${note}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Leaves the file ending in a whole note, and gives that one. */
  async #mend(file: FileHandle): Promise<string> {
    const { size } = await file.stat();
    const begin = Math.max(0, size - TAIL_BYTES);
    const { last, torn } = splitTail(await readFrom(file, begin, size - begin));
    if (!this.#isOurs(last, torn) || (last === "" && begin > 0))
      throw new Error(`${this.path} doesn't end in a checkpoint of ${this.origin}: nothing was written to it`);
    if (torn === "") return last;
    if (!ENDS_SIGNED.test(torn)) {
      await file.truncate(size - torn.length);
      return last;
    }
    await file.appendFile("\n");
    return torn;
  }

  #isOurs(...notes: string[]): boolean {
    const firstLine = inBytes(`${this.origin}\n`);
    return notes.every((note) => note.startsWith(firstLine) || firstLine.startsWith(note));
  }
}

async function readFrom(file: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead).toString(BYTES);
}

/** The last note that is whole, and what stands after it. */
function splitTail(tail: string): { last: string; torn: string } {
  const [end = 0, before = 0] = [...tail.matchAll(END)].map(({ index, 0: { length } }) => index + length).reverse();
  return { last: tail.slice(before, end), torn: tail.slice(end) };
}

/** What was signed: cosignatures may have arrived below it. */
const textOf = (note: string) => note.slice(0, note.indexOf("\n\n"));
const inBytes = (text: string) => Buffer.from(text).toString(BYTES);
