import { verifyInclusion } from "../merkle/verify.js";
import type { Checkpoint } from "../note/checkpoint.js";
import type { EventLine } from "./event-line.js";
import type { Problems } from "./problem.js";

const CHANGED = "user_id, action or another member was changed";
const NOT_AS_HASHED = "the leaf's hash is not leaf_hash";
const ANOTHER_LEAF = "the log holds another leaf there:";

/** Checks that events are as they were hashed, and by their proofs that they are leaves of the checkpoint's tree. */
export class ProofCheck {
  proven = 0;
  #unproven = 0;
  #firstUnproven: number | undefined;

  constructor(
    private readonly checkpoint: Checkpoint | undefined,
    private readonly problems: Problems,
  ) {}

  /** Takes an event and the hash of what it says. */
  see(line: EventLine, content: Buffer): void {
    if (line.proof) this.proven += 1;
    else {
      this.#unproven += 1;
      this.#firstUnproven ??= line.leafIndex;
    }
    const fault = this.#faultOf(line, content);
    if (fault !== undefined) this.problems.add("MODIFIED", line.leafIndex, fault);
  }

  /** Where it takes proofs, an event without one is not proven. */
  finish(): void {
    if (this.#firstUnproven === undefined || this.proven === 0) return;
    const others = this.#unproven === 1 ? "" : `, nor have ${this.#unproven - 1} others`;
    this.problems.add("MODIFIED", this.#firstUnproven, `leaf ${this.#firstUnproven} has no proof${others}`);
  }

  #faultOf({ leafIndex: index, leafHash, proof: path }: EventLine, content: Buffer): string | undefined {
    const isAsHashed = content.equals(leafHash);
    if (!path || !this.checkpoint) return isAsHashed ? undefined : `${CHANGED}, or leaf_hash: ${NOT_AS_HASHED}`;
    const { size, root } = this.checkpoint;
    const isInTree = (hash: Buffer) => verifyInclusion({ index, size, leafHash: hash, path, root });
    if (isInTree(leafHash)) return isAsHashed ? undefined : `${CHANGED}: ${NOT_AS_HASHED}`;
    if (isInTree(content)) return "leaf_hash was changed: the event is as the log holds it";
    return isAsHashed
      ? `${ANOTHER_LEAF} the event was changed together with its leaf_hash, or its proof was`
      : `${ANOTHER_LEAF} the event, its leaf_hash and its proof don't fit one another`;
  }
}
