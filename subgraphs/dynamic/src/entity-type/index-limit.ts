import { lengthLimit, type FieldDefinition } from "./definition.js";
import { kindTraits } from "./field-kind.js";

/** Of an entry of a btree index (PostgreSQL's manual, 64.1); a character takes up to 4 bytes. */
const ENTRY_BYTES = 2_704;

export const TOO_LONG_FOR_INDEX = `is too long for an index: its text may be ${ENTRY_BYTES / 4} characters in all, by maxLength`;

/** Whether one index can hold every value that the fields may have together. */
export function fitIndex(fields: readonly FieldDefinition[]): boolean {
  const bytes = fields.map((field) => (kindTraits[field.kind].isText ? (lengthLimit(field) ?? 0) * 4 : 0));
  return bytes.reduce((sum, each) => sum + each, 0) <= ENTRY_BYTES;
}
