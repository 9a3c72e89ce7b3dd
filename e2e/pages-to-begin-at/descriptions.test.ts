import { readFile } from "node:fs/promises";
import {
  buildClientSchema,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import { beforeAll, expect, it } from "vitest";
import { administrator, Client, unique } from "../harness/client.js";

const SUPERGRAPH = new URL("../../supergraph.graphql", import.meta.url);

/** What a schema tells of one of its parts. */
interface Part {
  path: string;
  description: string | null | undefined;
}

const defined = `Told${unique()}`;
const query = `${defined.charAt(0).toLowerCase()}${defined.slice(1)}`;
let schema: GraphQLSchema;

beforeAll(async () => {
  const admin = await administrator();
  await admin.data("mutation Define($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }", {
    input: {
      name: defined,
      description: "Something to tell of.",
      fields: [
        { name: "name", kind: "STRING", unique: true, description: "What it goes by." },
        { name: "state", kind: "ENUM", enumValues: ["ON", "OFF"], description: "Whether it runs." },
        { name: "partOf", kind: "REFERENCE", target: defined },
        { name: "parent", kind: "REFERENCE", target: defined, description: "What it came from." },
      ],
    },
  });
  const introspected = await new Client().data<IntrospectionQuery & Record<string, unknown>>(getIntrospectionQuery());
  schema = buildClientSchema(introspected);
});

it("every type and every operation says in the schema what it is for, those of a type that was just defined too", () => {
  const operations = operationsOf(schema);
  expect(operations.length).toBeGreaterThan(10);
  // What an entity type is for, only the one who defines it can say: other tests don't.
  const entities = schema.getPossibleTypes(schema.getType("Entity") as GraphQLInterfaceType);
  const exempt = new Set<string>([...entities.map(({ name }) => name), "Query", "Mutation"]);
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !exempt.has(name));
  const untold = [...types, ...operations].filter(({ description }) => !description);
  expect(untold.map(({ name }) => name)).toEqual([]);
});

it("every field, argument, input field and enum value of the API says what it is", async () => {
  const supergraph = parse(await readFile(SUPERGRAPH, "utf8"), { noLocation: true });
  const names = new Set(supergraph.definitions.map((definition) => "name" in definition && definition.name?.value));
  const parts = Object.values(schema.getTypeMap())
    .filter(({ name }) => names.has(name) && name !== "Query" && name !== "Mutation")
    .flatMap(partsOf);
  expect(parts.length).toBeGreaterThan(150);
  expect(untoldOf(parts)).toEqual([]);
});

it("so do a defined type's fields, the arguments of every operation and the operators of filters", () => {
  const type = schema.getType(defined);
  const fields = type ? partsOf(type) : [];
  const filters = ["StringFilter", "StringListFilter", "IntFilter", "UserReferenceFilter", `${defined}StateFilter`];
  const operators = filters.map((name) => schema.getType(name)).flatMap((filter) => (filter ? partsOf(filter) : []));
  const givenTo = operationsOf(schema).flatMap(({ name, args }) =>
    args.map((argument) => ({ path: `${name}(${argument.name})`, description: argument.description })),
  );
  expect(operators.length).toBeGreaterThan(30);
  expect(givenTo.map(({ path }) => path)).toContain(`${query}ByName(value)`);
  expect(untoldOf([...fields, ...operators, ...givenTo])).toEqual([]);
});

it("what the one who defined a field says of it stands in the schema, before anything that is said of all", () => {
  const said = new Map(partsOf(schema.getType(defined)!).map(({ path, description }) => [path, description]));
  expect(said.get(`${defined}.name`)).toBe("What it goes by.");
  expect(said.get(`${defined}.parent`)).toBe("What it came from.");
});

function operationsOf(of: GraphQLSchema) {
  const roots = [of.getQueryType(), of.getMutationType()].filter(isObjectType);
  return roots.flatMap((root) => Object.values(root.getFields()));
}

/** A type's fields with their arguments, input fields or values. */
function partsOf(type: GraphQLNamedType): Part[] {
  if (type.name.startsWith("__")) return [];
  if (isEnumType(type)) {
    return type.getValues().map(({ name, description }) => ({ path: `${type.name}.${name}`, description }));
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(({ name, description }) => ({
      path: `${type.name}.${name}`,
      description,
    }));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, description, args }) => [
    { path: `${type.name}.${name}`, description },
    ...args.map((argument) => ({
      path: `${type.name}.${name}(${argument.name})`,
      description: argument.description,
    })),
  ]);
}

function untoldOf(parts: readonly Part[]): string[] {
  return parts.filter(({ description }) => !description).map(({ path }) => path);
}
