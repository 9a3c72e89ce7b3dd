import { NoteError, splitNotes } from "@supergraph/audit-proof";
import { invalidInput } from "@supergraph/errors";
import { AuditProblemKind, type AuditVerification } from "./audit-verification.type.js";
import { NoSuchRange, type LogVerdict, type LogVerifier } from "./log-verifier.js";
import { Problems } from "./problems.js";
import type { SignedRoot } from "./signed-roots.js";

/** Of somebody's copy of the checkpoints. */
const MOST_NOTES = 1_000;

export interface VerificationQuery {
  fromIndex: number | string | null;
  toIndex: number | string | null;
  against: string | null;
}

/** Checks the log for who asks. */
export class VerificationService {
  constructor(private readonly verifier: LogVerifier) {}

  /** @throws SystemError INVALID_INPUT */
  async verify({ fromIndex, toIndex, against }: VerificationQuery): Promise<AuditVerification> {
    const problems = new Problems();
    const witnessed = against === null ? [] : this.#open(against, problems);
    try {
      const range = { from: indexOf(fromIndex), to: indexOf(toIndex) };
      return toVerification(await this.verifier.verify({ ...range, witnessed, problems }));
    } catch (error) {
      if (!(error instanceof NoSuchRange)) throw error;
      throw invalidInput({ path: error.bound === "from" ? "fromIndex" : "toIndex", message: error.message });
    }
  }

  #open(against: string, problems: Problems): SignedRoot[] {
    const notes = splitNotes(against);
    if (notes.length === 0) throw invalidInput({ path: "against", message: "holds no checkpoint" });
    if (notes.length > MOST_NOTES)
      throw invalidInput({ path: "against", message: `holds ${notes.length} checkpoints, over ${MOST_NOTES}` });
    try {
      return this.verifier.openWitnessed(notes, problems);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      throw invalidInput({ path: "against", message: error.message });
    }
  }
}

function indexOf(given: number | string | null): number | undefined {
  return given === null ? undefined : Number(given);
}

function toVerification({ from, to, root, problems }: LogVerdict): AuditVerification {
  return {
    ok: problems.count === 0,
    checkedFrom: from,
    checkedTo: to,
    rootHash: root.toString("hex"),
    problems: problems.list.map(({ kind, leafIndex, message }) => ({
      kind: AuditProblemKind[kind],
      leafIndex: leafIndex ?? null,
      message,
    })),
  };
}
