import type { FieldProblem } from "@supergraph/errors";
import { ReferenceAction, USER, type EntityTypeDraft, type FieldDefinition } from "./definition.js";
import { FieldKind, kindTraits } from "./field-kind.js";
import { fieldProblems } from "./field-rules.js";
import { fitIndex, TOO_LONG_FOR_INDEX } from "./index-limit.js";
import { addedNames, orderValueOf } from "./names.js";

const TYPE_NAME = /^[A-Z][A-Za-z0-9]{0,62}$/;
const PLURAL_NAME = /^[a-z][A-Za-z0-9]{0,62}$/;
/** What every list can be ordered by. */
const SYSTEM_ORDER = ["ID", "CREATED_AT", "UPDATED_AT"];
const MAXIMUM_FIELDS = 200;
const MAXIMUM_DESCRIPTION = 2_000;

/** Everything that is wrong with a definition in itself, wherever in the input it is. */
export function definitionProblems(draft: EntityTypeDraft): FieldProblem[] {
  return [
    ...typeProblems(draft),
    ...draft.fields.flatMap((field, index) => fieldProblems(field, `input.fields[${index}]`)),
    ...duplicateProblems(draft),
    ...uniqueTogetherProblems(draft),
  ];
}

function typeProblems({ name, pluralName, description, fields }: EntityTypeDraft): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!TYPE_NAME.test(name)) {
    problems.push({
      path: "input.name",
      message: "must be in PascalCase: a capital, then at most 62 letters and digits",
    });
  }
  if (!PLURAL_NAME.test(pluralName)) {
    problems.push({ path: "input.pluralName", message: "must be in camelCase, at most 63 letters and digits" });
  }
  if ((description ?? "").length > MAXIMUM_DESCRIPTION) {
    problems.push({ path: "input.description", message: `must be at most ${MAXIMUM_DESCRIPTION} characters` });
  }
  if (description?.includes("\0")) {
    problems.push({ path: "input.description", message: "must not hold the character U+0000" });
  }
  if (fields.length === 0 || fields.length > MAXIMUM_FIELDS) {
    problems.push({ path: "input.fields", message: `must be 1 to ${MAXIMUM_FIELDS} fields` });
  }
  return problems;
}

function duplicateProblems(draft: EntityTypeDraft): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const fields = new Map(SYSTEM_ORDER.map((value) => [value, value]));
  draft.fields.forEach(({ name }, index) => {
    const path = `input.fields[${index}].name`;
    const other = fields.get(orderValueOf(name));
    if (other === name) problems.push({ path, message: `${name} is there already` });
    else if (other !== undefined) problems.push({ path, message: `${name} is too like ${other}` });
    fields.set(orderValueOf(name), name);
  });
  const types = new Set<string>();
  for (const { name, field } of addedNames(draft).types) {
    if (types.has(name)) {
      problems.push({ path: pathOfField(draft, field), message: `its GraphQL type ${name} would be there twice` });
    }
    types.add(name);
  }
  return problems;
}

/** Where the input names the field that a name is due to; the type's own name when it is due to none. */
export function pathOfField(draft: EntityTypeDraft, field: FieldDefinition | undefined): string {
  return field ? `input.fields[${draft.fields.indexOf(field)}].name` : "input.name";
}

function uniqueTogetherProblems({ fields, uniqueTogether }: EntityTypeDraft): FieldProblem[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const seen = new Set<string>();
  return uniqueTogether.flatMap((names, index) => {
    const path = `input.uniqueTogether[${index}]`;
    const key = JSON.stringify(names);
    if (seen.has(key)) return [{ path, message: "is there already" }];
    seen.add(key);
    if (names.length < 2 || new Set(names).size < names.length) {
      return [{ path, message: "must be two different fields or more; one alone is unique by itself" }];
    }
    const unfit = names.filter((name) => {
      const field = byName.get(name);
      return !field || field.list || !kindTraits[field.kind].isIndexable;
    });
    if (unfit.length > 0) return [{ path, message: `can't hold ${unfit.join(", ")}` }];
    const together = names.map((name) => byName.get(name)).filter((field) => field !== undefined);
    return fitIndex(together) ? [] : [{ path, message: TOO_LONG_FOR_INDEX }];
  });
}

/** What is wrong with the types that references name, given the types that there are. */
export function targetProblems(draft: EntityTypeDraft, known: ReadonlySet<string>): FieldProblem[] {
  return draft.fields.flatMap(({ kind, target, required, onDelete }, index) => {
    if (kind !== FieldKind.REFERENCE || target === null) return [];
    const path = `input.fields[${index}]`;
    const problems: FieldProblem[] = [];
    if (target !== USER && target !== draft.name && !known.has(target)) {
      problems.push({ path: `${path}.target`, message: `there is no entity type ${target}` });
    }
    if (target === draft.name && required) {
      problems.push({ path: `${path}.required`, message: "the first one would have none to refer to" });
    }
    if (target === USER && onDelete !== null && onDelete !== ReferenceAction.RESTRICT) {
      problems.push({ path: `${path}.onDelete`, message: "people are deleted elsewhere: leave it out" });
    }
    return problems;
  });
}
