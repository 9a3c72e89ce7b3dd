import { leafBytes } from "../leaf/leaf.js";
import { leafHash } from "../merkle/hash.js";
import type { Checkpoint } from "../note/checkpoint.js";
import { readClosing, type Closing } from "./closing-line.js";
import { erasedForm } from "./erased-form.js";
import { readEventLine, type EventLine } from "./event-line.js";
import { endsOf, pairsOf, type Ends, type NumberedLine, type OpenLines } from "./export-lines.js";
import { asSize } from "./json.js";
import { PickedOrder, WholeOrder, type LeafOrder } from "./leaf-order.js";
import { Problems, UnreadableExport } from "./problem.js";
import { ProofCheck } from "./proof-check.js";
import { RangeCheck } from "./range-check.js";
import { checkpointOf, keyOf, type CheckedKey } from "./signature.js";
import type { ExportVerdict } from "./verdict.js";
import { Witness } from "./witness.js";

export interface ExportOptions {
  /** What a witness kept: a checkpoint's note, or many of them one after another. */
  checkpoint?: string | undefined;
  /** `<name>+<8 hex digits>+<base64>`: the operator's, from elsewhere than the file. */
  verifierKey?: string | undefined;
}

/**
 * Proves an export in ndjson by what stands in it: that each event is a leaf of the signed log, its personal values those
 * that were committed to, and when it holds a whole range, that nothing is missing. It reads the lines twice, and
 * holds one at a time.
 */
export async function verifyExport(open: OpenLines, options: ExportOptions = {}): Promise<ExportVerdict> {
  const verification = new ExportVerification(new Problems(), options);
  try {
    const ends = await endsOf(open());
    verification.begin(readClosing(ends));
    for await (const [line, next] of pairsOf(open())) verification.see(line, next, ends);
    return verification.finish();
  } catch (error) {
    if (!(error instanceof UnreadableExport)) throw error;
    return verification.verdict("unreadable", error.message);
  }
}

class ExportVerification {
  #events = 0;
  #erased = 0;
  #closing: Closing | undefined;
  #key: CheckedKey | undefined;
  #checkpoint: Checkpoint | undefined;
  #witness: Witness | undefined;
  #order: LeafOrder | undefined;
  #proofs: ProofCheck | undefined;
  #range: RangeCheck | undefined;

  constructor(
    private readonly problems: Problems,
    private readonly options: ExportOptions,
  ) {}

  begin(closing: Closing): void {
    const { problems, options } = this;
    for (const fault of closing.faults) problems.add("MODIFIED", null, fault);
    this.#closing = closing;
    this.#key = keyOf(closing, options.verifierKey, problems);
    this.#checkpoint = checkpointOf(closing, this.#key, problems);
    this.#proofs = new ProofCheck(this.#checkpoint, problems);
    this.#order = closing.range
      ? new WholeOrder(closing.range, problems)
      : new PickedOrder(this.#checkpoint?.size, problems);
    if (!this.#checkpoint) return;
    if (options.checkpoint !== undefined) {
      const file = { checkpoint: this.#checkpoint, verifier: this.#key.verifier };
      this.#witness = new Witness(options.checkpoint, file, problems);
    }
    this.#range = this.#rangeCheck(closing, this.#checkpoint);
  }

  see(line: NumberedLine, next: NumberedLine | undefined, { closingAt }: Ends): void {
    if (line.number === closingAt) return;
    const where = `line ${line.number}`;
    this.#events += 1;
    if (line.number > closingAt) return this.problems.add("INSERTED", null, `${where} stands after the last line`);
    if (!line.object) return this.problems.add("MODIFIED", null, `${where} is not JSON`);
    const event = readEventLine(line.text, line.object);
    const leafIndex = asSize(line.object.leaf_index);
    if (leafIndex !== undefined) this.#order?.see(leafIndex, asSize(next?.object?.leaf_index));
    if (typeof event === "string") this.problems.add("MODIFIED", leafIndex ?? null, `${where}: ${event}`);
    else this.#check(event);
  }

  finish(): ExportVerdict {
    this.#order?.finish();
    this.#range?.finish();
    if (!this.#closing?.range) this.#proofs?.finish();
    if (this.#closing?.consistency) this.#witness?.seeConsistency(this.#closing.consistency);
    this.#checkCount();
    if (this.problems.count > 0) return this.verdict("tampered");
    const reason = this.#nothingProven() ?? this.#nothingCompared();
    return reason === undefined ? this.verdict("proven") : this.verdict("unreadable", reason);
  }

  verdict(status: ExportVerdict["status"], reason?: string): ExportVerdict {
    const range = this.#closing?.range;
    return {
      status,
      reason,
      problems: this.problems.listed,
      problemCount: this.problems.count,
      events: this.#events,
      erased: this.#erased,
      range: range && { from: range.from, to: range.to },
      checkpoint: this.#checkpoint,
      key: this.#key && { text: this.#key.text, isGiven: this.#key.isGiven },
      compared: this.#witness?.sizes({ areCompared: true }),
    };
  }

  #rangeCheck({ range }: Closing, checkpoint: Checkpoint): RangeCheck | undefined {
    try {
      return range && new RangeCheck(range, checkpoint, this.#witness, this.problems);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.problems.add("MODIFIED", null, `the range's hashes were changed: ${error.message}`);
      return undefined;
    }
  }

  #check(line: EventLine): void {
    const content = this.#contentHash(line);
    if (!content) return;
    this.#proofs?.see(line, content);
    this.#range?.see(line, content);
  }

  #contentHash(line: EventLine): Buffer | undefined {
    try {
      const { event, faults, isErased } = erasedForm(line);
      for (const fault of faults) this.problems.add("MODIFIED", line.leafIndex, fault);
      if (isErased) this.#erased += 1;
      return leafHash(leafBytes(event));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.problems.add("MODIFIED", line.leafIndex, `the event can't be written as canonical JSON: ${reason}`);
      return undefined;
    }
  }

  #checkCount(): void {
    const { count, range } = this.#closing ?? { count: this.#events };
    const counts = `the last line counts ${count}`;
    if (range && count !== range.to - range.from)
      this.problems.add("MODIFIED", null, `${counts}, and its range holds ${range.to - range.from}`);
    else if (range) return;
    else if (count > this.#events) this.problems.add("MISSING", null, `${counts}, and the file holds ${this.#events}`);
    else if (count < this.#events) this.problems.add("INSERTED", null, `${counts}, and the file holds ${this.#events}`);
  }

  #nothingProven(): string | undefined {
    if (this.#closing?.range || (this.#proofs?.proven ?? 0) > 0) return undefined;
    return this.#events === 0
      ? "The export holds no event: there is nothing to prove. That nothing matched its filter can't be told from it."
      : "The export holds neither proofs nor every leaf of a range: export again with proofs=true, or without a filter.";
  }

  #nothingCompared(): string | undefined {
    const { options } = this;
    const size = this.#checkpoint?.size ?? 0;
    if (options.checkpoint === undefined || (this.#witness?.sizes({ areCompared: true }).length ?? 0) > 0)
      return undefined;
    const sizes = this.#witness?.sizes({ areCompared: false }) ?? [];
    return (
      `The file holds by itself, with ${size} leaves, but can't be compared with the checkpoint given, of ${sizes.join(", ")}. ` +
      "Give the witness's note of the same size, or export every event since before that of the note."
    );
  }
}
