import type { FieldProblem } from "@supergraph/errors";
import { compareDecimals, valueProblem } from "../entity/value-rules.js";
import { ReferenceAction, type FieldDefinition } from "./definition.js";
import { FieldKind, kindTraits } from "./field-kind.js";
import { fitIndex, TOO_LONG_FOR_INDEX } from "./index-limit.js";

const FIELD_NAME = /^[a-z][A-Za-z0-9]{0,62}$/;
const ENUM_VALUE = /^[A-Za-z][_A-Za-z0-9]{0,99}$|^_[A-Za-z0-9][_A-Za-z0-9]{0,98}$/;
const MAXIMUM_ENUM_VALUES = 200;
const MAXIMUM_STRING = 4_000;
const MAXIMUM_TEXT = 1_000_000;
const MAXIMUM_PATTERN = 200;
const MAXIMUM_DESCRIPTION = 2_000;

/** Names that every entity has, that its filter has, that another subgraph adds, or that PostgreSQL keeps to itself. */
const RESERVED = new Set([
  ...["id", "version", "entityType", "createdAt", "updatedAt", "createdBy", "updatedBy", "deletedAt"],
  ...["auditEvents", "history", "and", "or", "not"],
  ...["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"],
]);

type Report = (argument: string, message: string) => void;

/** Everything that is wrong with one field in itself; `path` is where the input holds it. */
export function fieldProblems(field: FieldDefinition, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report: Report = (argument, message) => problems.push({ path: `${path}.${argument}`, message });
  checkName(field, report);
  checkIndexes(field, report);
  checkEnum(field, report);
  checkReference(field, report);
  checkLimits(field, report);
  // A default is only held against limits that are right themselves.
  if (problems.length === 0) checkDefault(field, report);
  return problems;
}

function checkName({ name, description }: FieldDefinition, report: Report): void {
  if (!FIELD_NAME.test(name))
    report("name", "must be in camelCase: a small letter, then at most 62 letters and digits");
  // Object's own names would be found on an input that doesn't give them.
  else if (RESERVED.has(name) || name in {}) report("name", `${name} is reserved`);
  if ((description ?? "").length > MAXIMUM_DESCRIPTION) {
    report("description", `must be at most ${MAXIMUM_DESCRIPTION} characters`);
  }
  if (description?.includes("\0")) report("description", "must not hold the character U+0000");
}

function checkIndexes(field: FieldDefinition, report: Report): void {
  const { kind, list, unique, indexed } = field;
  const { isIndexable } = kindTraits[kind];
  if (unique && (list || !isIndexable)) report("unique", `not for ${list ? "lists" : kind}`);
  else if (unique && !fitIndex([field])) report("unique", TOO_LONG_FOR_INDEX);
  if (indexed && kind === FieldKind.TEXT) report("indexed", "not for TEXT: use STRING");
  else if (indexed && !fitIndex([field])) report("indexed", TOO_LONG_FOR_INDEX);
}

function checkEnum({ kind, enumValues }: FieldDefinition, report: Report): void {
  if (kind !== FieldKind.ENUM) {
    if (enumValues !== null) report("enumValues", "only for ENUM");
    return;
  }
  const values = enumValues ?? [];
  if (values.length === 0 || values.length > MAXIMUM_ENUM_VALUES) {
    report("enumValues", `must be 1 to ${MAXIMUM_ENUM_VALUES} values`);
  }
  if (new Set(values).size < values.length) report("enumValues", "must be different from each other");
  const wrong = values.filter((value) => !ENUM_VALUE.test(value) || ["true", "false", "null"].includes(value));
  if (wrong.length > 0) report("enumValues", `can't be values of a GraphQL enum: ${wrong.join(", ")}`);
}

function checkReference({ kind, target, onDelete, list, required }: FieldDefinition, report: Report): void {
  if (kind !== FieldKind.REFERENCE) {
    if (target !== null) report("target", "only for REFERENCE");
    return;
  }
  if (target === null) report("target", "a reference needs one: an entity type's name, or User");
  if (list) report("list", "not for REFERENCE: define a type whose entities refer to both");
  if (required && onDelete === ReferenceAction.SET_NULL)
    report("onDelete", "SET_NULL needs a field that is not required");
}

function checkLimits({ kind, list, minimum, maximum, maxLength, pattern }: FieldDefinition, report: Report): void {
  const { isNumber, isText } = kindTraits[kind];
  if (!isNumber && minimum !== null) report("minimum", "only for numbers");
  if (!isNumber && maximum !== null) report("maximum", "only for numbers");
  if (isNumber && minimum !== null && maximum !== null && compareDecimals(minimum, maximum) > 0) {
    report("maximum", "is less than the minimum");
  }
  const limit = kind === FieldKind.STRING ? MAXIMUM_STRING : MAXIMUM_TEXT;
  if (!isText && maxLength !== null) report("maxLength", "only for STRING and TEXT");
  else if (maxLength !== null && (maxLength < 1 || maxLength > limit)) report("maxLength", `must be 1 to ${limit}`);
  if (pattern !== null) checkPattern(pattern, isText && !list, report);
}

function checkPattern(pattern: string, fits: boolean, report: Report): void {
  if (!fits) report("pattern", "only for STRING and TEXT, and not for lists");
  if (pattern.length === 0 || pattern.length > MAXIMUM_PATTERN) {
    report("pattern", `must be 1 to ${MAXIMUM_PATTERN} characters`);
  }
  // Without them PostgreSQL matches in time linear in the text's length.
  if (/\\[1-9]/.test(pattern)) report("pattern", "must not refer back to what it matched");
  if (pattern.includes("\0")) report("pattern", "must not hold the character U+0000");
}

function checkDefault(field: FieldDefinition, report: Report): void {
  const { kind, list, defaultValue } = field;
  if (defaultValue === null) return;
  if (kind === FieldKind.REFERENCE) return report("defaultValue", "not for REFERENCE");
  if (field.unique) return report("defaultValue", "not for a unique field");
  if (list && !Array.isArray(defaultValue)) return report("defaultValue", "must be a list");
  for (const element of list ? (defaultValue as unknown[]) : [defaultValue]) {
    const problem = defaultProblem(field, element);
    if (problem !== undefined) return report("defaultValue", problem);
  }
}

function defaultProblem(field: FieldDefinition, value: unknown): string | undefined {
  if (value === null) return "must not hold null";
  if (field.kind === FieldKind.ENUM) {
    return field.enumValues?.includes(value as string) ? undefined : `must be one of ${field.enumValues?.join(", ")}`;
  }
  try {
    return valueProblem(field, kindTraits[field.kind].scalar.parseValue(value));
  } catch {
    return `must be a value of ${kindTraits[field.kind].scalar.name}`;
  }
}
