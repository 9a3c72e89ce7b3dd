import type { EntityTypeDraft, FieldDefinition } from "./definition.js";
import { FieldKind } from "./field-kind.js";

const upperFirst = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const lowerFirst = (word: string) => word.charAt(0).toLowerCase() + word.slice(1);

/** The list's name when the person gives none: an English plural, more or less. */
export function pluralOf(typeName: string): string {
  const singular = lowerFirst(typeName);
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(singular) ? `${singular}es` : `${singular}s`;
}

/** The names that a type adds to the schema. */
export function namesOf({ name, pluralName }: Pick<EntityTypeDraft, "name" | "pluralName">) {
  return {
    connection: `${name}Connection`,
    edge: `${name}Edge`,
    filter: `${name}Filter`,
    order: `${name}Order`,
    orderField: `${name}OrderField`,
    input: `${name}Input`,
    update: `${name}Update`,
    one: lowerFirst(name),
    many: pluralName,
    create: `create${name}`,
    change: `update${name}`,
    delete: `delete${name}`,
    restore: `restore${name}`,
  };
}

/** The query that finds the one with a value of a unique field. */
export const uniqueQueryOf = (typeName: string, fieldName: string) =>
  `${lowerFirst(typeName)}By${upperFirst(fieldName)}`;

/** The GraphQL enum of an ENUM field. */
export const enumTypeOf = (typeName: string, fieldName: string) => `${typeName}${upperFirst(fieldName)}`;

/** The value of `<Type>OrderField` that stands for a field. */
export function orderValueOf(fieldName: string): string {
  return fieldName
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toUpperCase();
}

export interface AddedNames {
  types: { name: string; field?: FieldDefinition }[];
  queries: { name: string; field?: FieldDefinition }[];
  mutations: { name: string }[];
}

/** Every type and root field that defining the type adds, with the field that one is due to. */
export function addedNames(type: EntityTypeDraft): AddedNames {
  const names = namesOf(type);
  const enums = type.fields.filter(({ kind }) => kind === FieldKind.ENUM);
  return {
    types: [
      ...[type.name, names.connection, names.edge, names.filter, names.order, names.orderField].map((name) => ({
        name,
      })),
      ...[names.input, names.update].map((name) => ({ name })),
      ...enums.flatMap((field) => {
        const name = enumTypeOf(type.name, field.name);
        return [
          { name, field },
          { name: `${name}${field.list ? "List" : ""}Filter`, field },
        ];
      }),
    ],
    queries: [
      { name: names.one },
      { name: names.many },
      ...type.fields
        .filter(({ unique }) => unique)
        .map((field) => ({ name: uniqueQueryOf(type.name, field.name), field })),
    ],
    mutations: [names.create, names.change, names.delete, names.restore].map((name) => ({ name })),
  };
}
