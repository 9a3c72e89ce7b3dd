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
  if (field.target !== null) {
    return described(field.description ?? referenceHintOf(field.target), `${field.name}: ${field.target}`);
  }
  const element = inputTypeOf(typeName, field);
  return described(
    field.description,
    `${field.name}: ${field.list ? `[${element}!]` : element}${field.required ? "!" : ""}`,
  );
}

function referenceHintOf(target: string): string | null {
  return target === USER ? null : `Null also when the caller may not read that ${target}.`;
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

const ORDERED = [
  ["lt", "Less, or earlier"],
  ["lte", "Less, earlier or equal"],
  ["gt", "Greater, or later"],
  ["gte", "Greater, later or equal"],
] as const;

/** Filters on one value. */
export function filterSdl(element: string, { isOrdered, isText }: { isOrdered: boolean; isText: boolean }): string {
  return inputOf(`${element}Filter`, "All that is given must hold.", [
    `"null is a value: what has none"\neq: ${element}`,
    `"What has no value is different from every value"\nne: ${element}`,
    `"One of these; at most 1,000"\nin: [${element}!]`,
    `"None of these; holds for what has no value"\nnotIn: [${element}!]`,
    `"Whether it has no value"\nisNull: Boolean`,
    ...(isOrdered ? ORDERED.map(([operator, told]) => `"${told}"\n${operator}: ${element}`) : []),
    ...(isText
      ? ["contains", "startsWith", "endsWith"].map(
          (operator) => `"Upper and lower case differ"\n${operator}: ${element}`,
        )
      : []),
    ...(isText
      ? ["containsI", "startsWithI", "endsWithI"].map((operator) => `"Without regard to case"\n${operator}: ${element}`)
      : []),
  ]);
}

/** Filters on a list of values. */
export function listFilterSdl(element: string): string {
  return inputOf(`${element}ListFilter`, "All that is given must hold.", [
    `"The same values in the same order; null: no list"\neq: [${element}!]`,
    `"Other values, another order, or no list"\nne: [${element}!]`,
    `"Whether there is no list; an empty one is one"\nisNull: Boolean`,
    `"Holds it"\nhas: ${element}`,
    `"Holds one of these at least"\nhasAny: [${element}!]`,
    `"Holds all of these, in any order"\nhasAll: [${element}!]`,
  ]);
}

export function inputOf(name: string, description: string, fields: readonly string[]): string {
  return described(description, `input ${name} {\n${indented(fields)}\n}`);
}

export function indented(fields: readonly string[]): string {
  return fields.join("\n").replace(/^(?=.)/gm, "  ");
}
