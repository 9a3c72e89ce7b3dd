import "reflect-metadata";
import { buildSubgraphSchema } from "@apollo/subgraph";
import type { GraphQLResolverMap } from "@apollo/subgraph/dist/schema-helper/resolverMap.js";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { concatAST, isObjectType, parse, type GraphQLFieldMap, type GraphQLSchema } from "graphql";
import { GraphQLDateTime } from "graphql-scalars";
import { buildSchema, createResolversMap, type NonEmptyArray } from "type-graphql";
import type { SubgraphContext } from "./context.js";
import { recordingRefusals } from "./refused-reads.js";
import { validateInput } from "./validate-input.js";

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@interfaceObject", "@authenticated", "@requiresScopes", "@external", "@inaccessible"]
)`;

type Class = abstract new (...args: never[]) => object;

/** Resolves `__typename` and key fields to the entity; null when there is none, or none that the caller may know of. */
export type ReferenceResolver<Context> = (reference: { id: string }, context: Context) => unknown;

export interface SchemaParts<Context extends SubgraphContext> {
  resolvers: NonEmptyArray<new () => object>;
  /** Types that no field of a resolver returns, e.g. interfaces. */
  orphanedTypes?: readonly Class[];
  /** By type name. A reference goes through the same claims-scoped services as a query: decorators don't reach it. */
  references?: Record<string, ReferenceResolver<Context>>;
}

/** Types and resolvers beside those of type-graphql: the ones that users define. */
export interface SchemaExtension {
  sdl: string;
  resolvers: Record<string, Record<string, unknown>>;
}

/** The part of a subgraph that its code fixes; made once, and joined with what users define as often as that changes. */
export interface StaticSchema {
  /** The subgraph's SDL, as composition reads it. */
  sdl: string;
  resolvers: Record<string, Record<string, unknown>>;
}

/**
 * Turns type-graphql resolvers into federation SDL and a resolver map.
 * @throws Error naming every root field that declares no access, and every mutation that declares no audit.
 */
export async function buildStaticSchema<Context extends SubgraphContext>(
  parts: SchemaParts<Context>,
): Promise<StaticSchema> {
  inWrittenOrder();
  const schema = await buildSchema({
    resolvers: parts.resolvers,
    orphanedTypes: [...(parts.orphanedTypes ?? [])] as never[],
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
    validateFn: validateInput,
  });
  assertDeclared(schema);
  const resolvers = createResolversMap(schema) as StaticSchema["resolvers"];
  for (const [type, resolveReference] of Object.entries(parts.references ?? {})) {
    resolvers[type] = {
      ...resolvers[type],
      __resolveReference: (reference: { id: string }, context: Context) => resolveReference(reference, context),
    };
  }
  return { sdl: `${LINK}\n\n${printSchemaWithDirectives(schema)}\n`, resolvers };
}

/** The executable schema of a subgraph; what `extension` defines joins what the code fixes. */
export function buildExecutableSchema(fixed: StaticSchema, extension?: SchemaExtension): GraphQLSchema {
  const documents = [parse(fixed.sdl), ...(extension?.sdl ? [parse(extension.sdl)] : [])];
  const resolvers = { ...fixed.resolvers };
  for (const [type, fields] of Object.entries(extension?.resolvers ?? {}))
    resolvers[type] = { ...resolvers[type], ...fields };
  const schema = buildSubgraphSchema({
    typeDefs: concatAST(documents),
    resolvers: resolvers as GraphQLResolverMap<unknown>,
  });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("_")) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve && !field.name.startsWith("_")) field.resolve = recordingRefusals(field.resolve);
    }
  }
  return schema;
}

/** JavaScript runs parameter decorators from the last to the first, and type-graphql would list arguments so. */
function inWrittenOrder(): void {
  const { TypeGraphQLMetadataStorage: storage } = globalThis as {
    TypeGraphQLMetadataStorage?: { params: { index: number }[] };
  };
  storage?.params.sort((one, other) => one.index - other.index);
}

function assertDeclared(schema: GraphQLSchema): void {
  const mutations = schema.getMutationType()?.getFields() ?? {};
  const faults = [
    ...namesWithout(schema.getQueryType()?.getFields() ?? {}, "access").map(
      (name) => `query ${name}: who may call it?`,
    ),
    ...namesWithout(mutations, "access").map((name) => `mutation ${name}: who may call it?`),
    ...namesWithout(mutations, "audited").map((name) => `mutation ${name}: what does it leave in the audit log?`),
  ];
  if (faults.length > 0) throw new Error(`Root fields without a declaration:\n  ${faults.join("\n  ")}`);
}

function namesWithout(fields: GraphQLFieldMap<unknown, unknown>, extension: string): string[] {
  return Object.values(fields)
    .filter(({ extensions }) => extensions[extension] === undefined)
    .map(({ name }) => name);
}
