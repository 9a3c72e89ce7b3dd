export { canonicalJson } from "./leaf/canonical-json.js";
export { commitmentOf, LEAF_MEMBERS, leafBytes } from "./leaf/leaf.js";
export { CompactRange } from "./merkle/compact-range.js";
export { EMPTY_ROOT, leafHash, nodeHash } from "./merkle/hash.js";
export {
  compactRangeAt,
  consistencyProof,
  inclusionProof,
  InclusionProofs,
  rangeHashes,
  rootAt,
} from "./merkle/proofs.js";
export { RangeRoot } from "./merkle/range-root.js";
export { SubtreeRoots, TILE_HEIGHT, TILE_WIDTH, type ReadHashes } from "./merkle/tiles.js";
export { verifyConsistency, verifyInclusion } from "./merkle/verify.js";
export { formatCheckpoint, parseCheckpoint, type Checkpoint } from "./note/checkpoint.js";
export { openCosignatures, type Cosignature } from "./note/cosignature.js";
export { NoteError, type NoteErrorCode } from "./note/note-error.js";
export { NoteSigner } from "./note/note-signer.js";
export { openNote } from "./note/open-note.js";
export { splitNotes } from "./note/split-notes.js";
export { parseCosignerKey, parseVerifierKey, type NoteVerifier } from "./note/verifier-key.js";
export type { OpenLines } from "./export/export-lines.js";
export type { ExportProblem, ProblemKind } from "./export/problem.js";
export { describeVerdict, exitCodeOf, type ExportVerdict } from "./export/verdict.js";
export { verifyExport, type ExportOptions } from "./export/verify-export.js";
export { linesOf } from "./export/lines-of.js";
