import "reflect-metadata";
export { Audited, Permits, Public, SignedIn, withAccess, type Access } from "./access.js";

export { loaderById, loaderOfLists } from "./batch.js";
export {
  connectionType,
  ForwardPageArguments,
  OrderDirection,
  PageArgumentsInput,
  PageInfo,
} from "./connection.type.js";
export { Caller, type SubgraphContext } from "./context.js";
export { GraphQLBigInt, GraphQLDate, GraphQLDateTime, GraphQLDecimal, GraphQLJSON } from "./scalars.js";
export type { AuditDeclaration } from "./field-attempt.js";
export { recordedOnce } from "./recorded-reads.js";
export { buildExecutableSchema, buildStaticSchema } from "./schema.js";
export type { ReferenceResolver, SchemaExtension, SchemaParts, StaticSchema } from "./schema.js";
export { createSubgraphServer, type SubgraphServerOptions } from "./server.js";
export { IsWrittenName } from "./text-rules.js";
