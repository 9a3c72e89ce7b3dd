import { readFile } from "node:fs/promises";
import {
  astFromValue,
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  parse,
  print,
  type FieldDefinitionNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import type { Client, Variables } from "../harness/client.js";

export type RootField = GraphQLField<unknown, unknown>;

export async function schemaAsServed(client: Client): Promise<GraphQLSchema> {
  return buildClientSchema((await client.data(getIntrospectionQuery())) as unknown as IntrospectionQuery);
}

/** The root fields that the code fixes, with what composition knows of them; those of entity types come and go. */
export async function fixedFields(type: "Query" | "Mutation"): Promise<readonly FieldDefinitionNode[]> {
  const document = parse(await readFile(new URL("../../supergraph.graphql", import.meta.url), "utf8"));
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === type ? (definition.fields ?? []) : [],
  );
}

/** The operation that calls the field with these variables, each for the argument of its name. */
export function operationWith({ name, args, type }: RootField, variables: Variables, selection?: string): string {
  const given = args.filter((argument) => Object.hasOwn(variables, argument.name));
  const wrapped = (inner: string) => (inner === "" ? "" : `(${inner})`);
  const defined = wrapped(given.map((argument) => `$${argument.name}: ${nullable(argument)}`).join(", "));
  const passed = wrapped(given.map((argument) => `${argument.name}: $${argument.name}`).join(", "));
  return `mutation ${defined} { ${name}${passed} ${selection ?? selectionOf(type)} }`;
}

/** A variable may be null where a default stands in for what is left out. */
function nullable({ type, defaultValue }: RootField["args"][number]): string {
  return defaultValue === undefined ? String(type) : String(type).replace(/!$/, "");
}

/** The least that the query lets pass: right in form, and the name of nothing that exists. */
export function leastQuery({ name, args, type }: RootField): string {
  const given = args
    .filter(isRequiredArgument)
    .map((argument) => `${argument.name}: ${literal(argument.type)}`)
    .join(", ");
  return `{ ${name}${given === "" ? "" : `(${given})`} ${selectionOf(type)} }`;
}

function selectionOf(type: RootField["type"]): string {
  return isLeafType(getNamedType(type)) ? "" : "{ __typename }";
}

function literal(type: GraphQLInputType): string {
  const value = astFromValue(leastOf(type), type);
  if (!value) throw new Error(`No value could be made of ${String(type)}`);
  return print(value);
}

function leastOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return leastOf(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(required.map((field) => [field.name, leastOf(field.type)]));
  }
  return type.name === "Int" || type.name === "BigInt" ? 1 : "x";
}
