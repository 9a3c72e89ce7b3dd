import "reflect-metadata";
import { buildSubgraphSchema } from "@apollo/subgraph";
import type { GraphQLResolverMap } from "@apollo/subgraph/dist/schema-helper/resolverMap.js";
import { printSchemaWithDirectives } from "@graphql-tools/utils";
import { concatAST, parse, type GraphQLFieldMap, type GraphQLSchema } from "graphql";
import { GraphQLDateTime } from "graphql-scalars";
import { buildSchema, createResolversMap, type NonEmptyArray } from "type-graphql";
import { auditFields, type AuditedFields } from "./audited-fields.js";
import type { SubgraphContext } from "./context.js";
import type { AuditDeclaration } from "./field-attempt.js";
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
  /** Must declare every mutation. */
  audited: AuditedFields;
}

/** The part of a subgraph that its code fixes; made once, and joined with what users define as often as that changes. */
export interface StaticSchema {
  /** The subgraph's SDL, as composition reads it. */
  sdl: string;
  resolvers: Record<string, Record<string, unknown>>;
  audited: AuditedFields;
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
  return { sdl: `${LINK}\n\n${printSchemaWithDirectives(schema)}\n`, resolvers, audited: auditedFieldsOf(schema) };
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
  auditFields(schema, joined(fixed.audited, extension?.audited ?? {}));
  return schema;
}

function joined(one: AuditedFields, other: AuditedFields): AuditedFields {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, { ...one[name], ...other[name] }]));
}

/** What `@Audited` says of root fields; the executable schema is made from SDL, which does not carry it. */
function auditedFieldsOf(schema: GraphQLSchema): AuditedFields {
  const roots = [schema.getQueryType(), schema.getMutationType()].filter((type) => type != null);
  return Object.fromEntries(
    roots.map((type) => {
      const declared = Object.values(type.getFields()).flatMap(({ name, extensions }) =>
        extensions.audited === undefined ? [] : [[name, extensions.audited as AuditDeclaration] as const],
      );
      return [type.name, Object.fromEntries(declared)];
    }),
  );
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
