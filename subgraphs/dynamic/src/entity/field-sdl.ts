import { Kind, print } from "graphql";
import { USER, type FieldDefinition } from "../entity-type/definition.js";
import { FieldKind, kindTraits } from "../entity-type/field-kind.js";
import { enumTypeOf, namesOf } from "../entity-type/names.js";

/** SDL with its description before it. */
export function described(description: string | null, sdl: string): string {
  return description ? `${print({ kind: Kind.STRING, value: description, block: true })}\n${sdl}` : sdl;
}

/** The GraphQL type of one value as a client gives it. */
export function inputTypeOf(typeName: string, { kind, name }: FieldDefinition): string {
  return kind === FieldKind.ENUM ? enumTypeOf(typeName, name) : kindTraits[kind].scalar.name;
}

/** What a client reads. A reference may always be null: not everybody may see what it refers to. */
export function outputSdl(typeName: string, field: FieldDefinition): string {
  if (field.target !== null) return described(field.description, `${field.name}: ${field.target}`);
  const element = inputTypeOf(typeName, field);
  return described(
    field.description,
    `${field.name}: ${field.list ? `[${element}!]` : element}${field.required ? "!" : ""}`,
  );
}

/** What a client gives to create one, or, where every field may be left out, to change one. */
export function inputSdl(typeName: string, field: FieldDefinition, use: "create" | "update"): string {
  const element = inputTypeOf(typeName, field);
  const mustBeGiven = use === "create" && field.required && field.defaultValue === null;
  return described(hintOf(field), `${field.name}: ${field.list ? `[${element}!]` : element}${mustBeGiven ? "!" : ""}`);
}

function hintOf(field: FieldDefinition): string | null {
  const hints = [
    field.description,
    field.target && `The id of a ${field.target}.`,
    field.maxLength !== null && `At most ${field.maxLength} characters.`,
    field.minimum !== null && `At least ${field.minimum}.`,
    field.maximum !== null && `At most ${field.maximum}.`,
    field.pattern !== null && `Matches ${field.pattern}`,
    field.defaultValue !== null && `Unless given: ${JSON.stringify(field.defaultValue)}`,
  ];
  return hints.filter((hint) => hint !== null && hint !== false && hint !== "").join("\n") || null;
}

/** The name of the input by which lists are filtered on the field. */
export function filterTypeOf(typeName: string, field: FieldDefinition): string {
  const list = field.list ? "List" : "";
  if (field.kind === FieldKind.ENUM) return `${enumTypeOf(typeName, field.name)}${list}Filter`;
  if (field.target === USER) return "UserReferenceFilter";
  if (field.target !== null) return namesOf({ name: field.target, pluralName: "" }).filter;
  return `${kindTraits[field.kind].scalar.name}${list}Filter`;
}

/** The enum of an ENUM field. */
export function enumSdl(typeName: string, field: FieldDefinition): string {
  return described(
    field.description ?? `What ${field.name} of ${typeName} can be.`,
    `enum ${enumTypeOf(typeName, field.name)} { ${(field.enumValues ?? []).join(" ")} }`,
  );
}

/** The input that filters by an ENUM field. */
export function enumFilterSdl(typeName: string, field: FieldDefinition): string {
  const name = enumTypeOf(typeName, field.name);
  return field.list ? listFilterSdl(name) : filterSdl(name, { isOrdered: false, isText: false });
}

/** Filters on one value. */
export function filterSdl(element: string, { isOrdered, isText }: { isOrdered: boolean; isText: boolean }): string {
  return inputOf(`${element}Filter`, "All that is given must hold.", [
    `"null is a value: what has none"\neq: ${element}`,
    `"What has no value is different from every value"\nne: ${element}`,
    `in: [${element}!]`,
    `notIn: [${element}!]`,
    "isNull: Boolean",
    ...(isOrdered ? ["lt", "lte", "gt", "gte"].map((operator) => `${operator}: ${element}`) : []),
    ...(isText ? ["contains", "startsWith", "endsWith"].map((operator) => `${operator}: ${element}`) : []),
    ...(isText
      ? ["containsI", "startsWithI", "endsWithI"].map((operator) => `"Without regard to case"\n${operator}: ${element}`)
      : []),
  ]);
}

/** Filters on a list of values. */
export function listFilterSdl(element: string): string {
  return inputOf(`${element}ListFilter`, "All that is given must hold.", [
    `eq: [${element}!]`,
    `ne: [${element}!]`,
    "isNull: Boolean",
    `has: ${element}`,
    `hasAny: [${element}!]`,
    `hasAll: [${element}!]`,
  ]);
}

export function inputOf(name: string, description: string, fields: readonly string[]): string {
  return described(description, `input ${name} {\n${indented(fields)}\n}`);
}

export function indented(fields: readonly string[]): string {
  return fields.join("\n").replace(/^(?=.)/gm, "  ");
}
