import { isId } from "@supergraph/persistence";
import { lengthLimit, type FieldDefinition } from "../entity-type/definition.js";
import { FieldKind } from "../entity-type/field-kind.js";

const BIGINT_LIMIT = 2n ** 63n;
const DECIMAL_DIGITS = 1_000;

/** Why PostgreSQL could not hold the value as one of the kind, undefined when it can. GraphQL has checked its type. */
export function kindProblem(kind: FieldKind, value: unknown): string | undefined {
  switch (kind) {
    case FieldKind.STRING:
    case FieldKind.TEXT:
      return textProblem(String(value));
    case FieldKind.JSON:
      return textProblem(JSON.stringify(value)) ?? escapeProblem(JSON.stringify(value));
    case FieldKind.BIGINT: {
      const number = BigInt(value as string);
      return number >= -BIGINT_LIMIT && number < BIGINT_LIMIT ? undefined : "must fit 64 bits";
    }
    case FieldKind.DECIMAL:
      return String(value).replace(/\D/g, "").length <= DECIMAL_DIGITS
        ? undefined
        : `must have at most ${DECIMAL_DIGITS} digits`;
    case FieldKind.DATE:
      return String(value).startsWith("0000") ? "must be in the year 1 or later" : undefined;
    case FieldKind.UUID:
    case FieldKind.REFERENCE:
      return isId(String(value)) ? undefined : "must be a UUID";
    case FieldKind.INT:
    case FieldKind.FLOAT:
    case FieldKind.BOOLEAN:
    case FieldKind.DATETIME:
    case FieldKind.ENUM:
      return undefined;
  }
}

function textProblem(text: string): string | undefined {
  if (text.includes("\0")) return "must not hold the character U+0000";
  return text.isWellFormed() ? undefined : "must be well-formed Unicode";
}

/** PostgreSQL's jsonb refuses these, which JSON itself knows only escaped. */
function escapeProblem(json: string): string | undefined {
  return /(?<!\\)(?:\\\\)*\\u(0000|d[89a-f])/i.test(json) ? "must not hold U+0000 or half a surrogate pair" : undefined;
}

/** Why one value is not one that the field takes; undefined when it is. A pattern is for the database to hold. */
export function valueProblem(field: FieldDefinition, value: unknown): string | undefined {
  return kindProblem(field.kind, value) ?? lengthProblem(field, value) ?? rangeProblem(field, value);
}

function lengthProblem(field: FieldDefinition, value: unknown): string | undefined {
  const limit = lengthLimit(field);
  // varchar(n) counts code points.
  if (limit === undefined || typeof value !== "string" || value.length <= limit || [...value].length <= limit) return;
  return `must be at most ${limit} characters`;
}

function rangeProblem({ kind, minimum, maximum }: FieldDefinition, value: unknown): string | undefined {
  if (minimum !== null && compareNumbers(kind, value, minimum) < 0) return `must be at least ${minimum}`;
  if (maximum !== null && compareNumbers(kind, value, maximum) > 0) return `must be at most ${maximum}`;
  return undefined;
}

function compareNumbers(kind: FieldKind, value: unknown, bound: string): number {
  if (kind === FieldKind.INT || kind === FieldKind.FLOAT) return Number(value) - Number(bound);
  return compareDecimals(String(value), bound);
}

/** Negative, 0 or positive as decimal numbers compare, whatever their number of digits. */
export function compareDecimals(left: string, right: string): number {
  const scale = Math.max(fractionOf(left).length, fractionOf(right).length);
  const difference = scaled(left, scale) - scaled(right, scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

const fractionOf = (decimal: string) => decimal.split(".")[1] ?? "";

function scaled(decimal: string, scale: number): bigint {
  return BigInt(`${decimal.split(".")[0] ?? "0"}${fractionOf(decimal).padEnd(scale, "0")}`);
}
