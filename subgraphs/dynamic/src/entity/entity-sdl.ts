import type { EntityAction } from "@supergraph/identity";
import { GraphQLBigInt, GraphQLDate } from "@supergraph/subgraph";
import { parse, print, printType } from "graphql";
import type { EntityTypeDefinition, FieldDefinition } from "../entity-type/definition.js";
import { FieldKind, kindTraits } from "../entity-type/field-kind.js";
import { namesOf, orderValueOf, uniqueQueryOf } from "../entity-type/names.js";
import {
  described,
  enumFilterSdl,
  enumSdl,
  filterSdl,
  filterTypeOf,
  indented,
  inputOf,
  inputSdl,
  inputTypeOf,
  listFilterSdl,
  outputSdl,
} from "./field-sdl.js";
import { permissionsFor } from "./permissions.js";
import { systemFieldDescriptions } from "./system-fields.js";

const PAGE = `"How many, 1 to 100; 20 unless told." first: Int
  "The cursor after which the page begins." after: String
  "How many, 1 to 100, counted back from \`before\` or the list's end." last: Int
  "The cursor before which the page ends." before: String`;

const EXPECTED_VERSION = `"The version that was read; STALE_VERSION when it has changed since." expectedVersion: Int`;

const SYSTEM_FIELDS: Readonly<Record<keyof typeof systemFieldDescriptions, string>> = {
  id: "ID!",
  entityType: "EntityType!",
  version: "Int!",
  createdAt: "DateTime!",
  updatedAt: "DateTime!",
  createdBy: "User",
  updatedBy: "User",
  deletedAt: "DateTime",
};

/** What the types that users define share, and no static field of this subgraph uses. */
export const sharedSdl = [
  printType(GraphQLDate),
  printType(GraphQLBigInt),
  `"Which end of an order comes first."
enum OrderDirection { "Smallest, earliest or A first." ASC "Largest, latest or Z first." DESC }`,
  `"Where a page stands in its list."
type PageInfo @shareable {
  "Whether the list goes on after \`endCursor\`."
  hasNextPage: Boolean!
  "Whether the list holds something before \`startCursor\`."
  hasPreviousPage: Boolean!
  "Goes into \`before\`, for the page before this; null when empty."
  startCursor: String
  "Goes into \`after\`, for the page after this; null when empty."
  endCursor: String
}`,
  ...sharedFilters(),
].join("\n\n");

function sharedFilters(): string[] {
  const kinds = Object.values(FieldKind).filter((kind) => kind !== FieldKind.ENUM && kind !== FieldKind.REFERENCE);
  // Kinds of the same scalar have the same operators: the first one stands for all.
  const byScalar = new Map(kinds.reverse().map((kind) => [kindTraits[kind].scalar.name, kindTraits[kind]]));
  return [
    ...[...byScalar].flatMap(([scalar, traits]) => [filterSdl(scalar, traits), listFilterSdl(scalar)]),
    filterSdl("ID", { isOrdered: false, isText: false }).replace(/input \w+/, "input UserReferenceFilter"),
  ];
}

/** SDL of everything that the types add to the subgraph; empty when there are none. */
export function entitiesSdl(types: readonly EntityTypeDefinition[]): string {
  return types.length === 0 ? "" : print(parse([sharedSdl, ...types.map(typeSdl)].join("\n\n")));
}

/** The type itself, as GraphQL says it, with its enums. */
export function objectSdl(type: EntityTypeDefinition): string {
  const enums = type.fields.filter(({ kind }) => kind === FieldKind.ENUM);
  return print(parse([objectTypeSdl(type), ...enums.map((field) => enumSdl(type.name, field))].join("\n\n")));
}

function typeSdl(type: EntityTypeDefinition): string {
  const { name, fields } = type;
  const enums = fields.filter(({ kind }) => kind === FieldKind.ENUM);
  return [
    objectTypeSdl(type),
    ...enums.flatMap((field) => [enumSdl(name, field), enumFilterSdl(name, field)]),
    connectionSdl(type),
    filterInputSdl(type),
    orderSdl(type),
    inputOf(
      namesOf(type).input,
      `A new ${name}.`,
      fields.map((field) => inputSdl(name, field, "create")),
    ),
    inputOf(
      namesOf(type).update,
      `What changes of a ${name}; what is left out stays.`,
      fields.map((field) => inputSdl(name, field, "update")),
    ),
    rootSdl(type),
  ].join("\n\n");
}

function objectTypeSdl({ name, description, fields }: EntityTypeDefinition): string {
  const system = Object.entries(systemFieldDescriptions).map(
    ([field, told]) => `"${told}"\n${field}: ${SYSTEM_FIELDS[field as keyof typeof SYSTEM_FIELDS]}`,
  );
  const lines = indented([...system, ...fields.map((field) => outputSdl(name, field))]);
  return described(description, `type ${name} implements Entity @key(fields: "id") {\n${lines}\n}`);
}

function connectionSdl(type: EntityTypeDefinition): string {
  const { connection, edge } = namesOf(type);
  return `"A page of a list."
type ${connection} {
  nodes: [${type.name}!]!
  "The nodes, each with its cursor."
  edges: [${edge}!]!
  pageInfo: PageInfo!
  "Of the whole list; computed only when asked for."
  totalCount: Int!
}

"A place in a list, and what stands there."
type ${edge} {
  "Goes into after or before."
  cursor: String!
  node: ${type.name}!
}`;
}

function filterInputSdl(type: EntityTypeDefinition): string {
  const { filter } = namesOf(type);
  return inputOf(
    filter,
    "All that is given must hold. As the filter of a reference: refers to one of which it holds.",
    [
      "id: IDFilter",
      "version: IntFilter",
      "createdAt: DateTimeFilter",
      "updatedAt: DateTimeFilter",
      "createdBy: UserReferenceFilter",
      "updatedBy: UserReferenceFilter",
      ...type.fields.map((field) => `${field.name}: ${filterTypeOf(type.name, field)}`),
      `and: [${filter}!]`,
      `"None of an empty list holds."\nor: [${filter}!]`,
      `not: ${filter}`,
    ],
  );
}

/** The fields of a type that its lists can be ordered by. */
export function sortableFields({ fields }: Pick<EntityTypeDefinition, "fields">): FieldDefinition[] {
  return fields.filter(({ kind, list }) => !list && kindTraits[kind].isSortable);
}

function orderSdl(type: EntityTypeDefinition): string {
  const { order, orderField } = namesOf(type);
  const values = sortableFields(type).map(({ name }) => orderValueOf(name));
  return `"What ${type.name} can be ordered by."
enum ${orderField} { ID CREATED_AT UPDATED_AT ${values.join(" ")} }

"In which order ${type.name} is listed."
input ${order} { field: ${orderField}! "Upwards unless told." direction: OrderDirection! = ASC }`;
}

function rootSdl(type: EntityTypeDefinition): string {
  const names = namesOf(type);
  const { name } = type;
  const scopes = (action: EntityAction) =>
    `@requiresScopes(scopes: [${permissionsFor(name, action)
      .map((permission) => `["${permission}"]`)
      .join(", ")}])`;
  const queries = [
    `"A ${name} by id; null when there is none that the caller may read."\n${names.one}("A UUID; anything else finds none." id: ID!): ${name} ${scopes("read")}`,
    ...type.fields
      .filter(({ unique }) => unique)
      .map((field) => {
        const call = `${uniqueQueryOf(name, field.name)}("Matched exactly." value: ${inputTypeOf(name, field)}!)`;
        return `"The ${name} with this ${field.name}; null when there is none that the caller may read."\n${call}: ${name} ${scopes("read")}`;
      }),
    `"Those that the caller may read, oldest first unless told."
${names.many}(
  "All unless told." filter: ${names.filter}
  "At most 5, the one that weighs most first." orderBy: [${names.order}!]
  ${PAGE}
): ${names.connection}! ${scopes("read")}`,
  ];
  const mutations = [
    `"Stores a new ${name}."\n${names.create}("What it leaves out gets its default, or null." input: ${names.input}!): ${name}! ${scopes("create")}`,
    `"Changes a ${name}: what is given; what is left out stays."\n${names.change}("Its UUID." id: ID!, "What it leaves out stays; null empties." input: ${names.update}!, ${EXPECTED_VERSION}): ${name}! ${scopes("update")}`,
    `"Deletes a ${name}; it can be restored."\n${names.delete}("Its UUID." id: ID!, ${EXPECTED_VERSION}): ${name}! ${scopes("delete")}`,
    `"Takes back that a ${name} was deleted."\n${names.restore}("The UUID it had." id: ID!): ${name}! ${scopes("delete")}`,
  ];
  return `extend type Query {\n${indented(queries)}\n}\n\nextend type Mutation {\n${indented(mutations)}\n}`;
}
