import { Supergraph } from "@apollo/federation-internals";
import { type BreakingChange, findBreakingChanges, type GraphQLSchema } from "graphql";

/** The schema that clients see: the supergraph without federation's machinery and without what is `@inaccessible`. */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  return Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false })
    .apiSchema()
    .toGraphQLJSSchema();
}

/** What a client of the old supergraph may find broken in the new one. */
export function breakingChanges(oldSupergraphSdl: string, newSupergraphSdl: string): BreakingChange[] {
  return findBreakingChanges(apiSchemaOf(oldSupergraphSdl), apiSchemaOf(newSupergraphSdl));
}
