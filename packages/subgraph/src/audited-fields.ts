import { getNamedType, isObjectType, type GraphQLField, type GraphQLSchema } from "graphql";
import type { SubgraphContext } from "./context.js";
import { attemptOf, begin, pathOf, type AuditDeclaration, type Resolver } from "./field-attempt.js";
import { recordedOnce, recordedRead } from "./recorded-reads.js";
import { recordingRefusals } from "./refused-reads.js";

/** Declarations by the name of the root type and the field's. */
export type AuditedFields = Readonly<Partial<Record<string, Readonly<Record<string, AuditDeclaration>>>>>;

export type SchemaField = GraphQLField<unknown, SubgraphContext>;

/**
 * Has every field leave the events that it should: mutations and marked queries their own, queries that somebody asks
 * in another's place theirs, and whatever is refused one.
 */
export function auditFields(schema: GraphQLSchema, audited: AuditedFields): void {
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("_")) continue;
    for (const field of Object.values<SchemaField>(type.getFields())) {
      if (!field.resolve || field.name.startsWith("_")) continue;
      field.resolve = recordingRefusals(field.resolve);
      const declaration = audited[type.name]?.[field.name];
      if (type === query) auditQuery(field, field.resolve, declaration);
      if (type === mutation) auditMutation(field, field.resolve, declaration);
    }
  }
}

/** What the field leaves when this caller asks for it, of an executable schema; undefined when nothing. */
export function declarationFor({ extensions }: SchemaField, { caller }: SubgraphContext): AuditDeclaration | undefined {
  const { audited, impersonated } = extensions as Partial<Record<string, AuditDeclaration>>;
  return audited ?? (caller.claims?.act ? impersonated : undefined);
}

/** One unit of work that leaves exactly one event, however it ends. */
function auditMutation(field: SchemaField, resolve: Resolver, audited: AuditDeclaration | undefined): void {
  if (!audited) throw new Error(`mutation ${field.name}: what does it leave in the audit log?`);
  field.extensions = { ...field.extensions, audited };
  field.resolve = (source, args: Record<string, unknown>, context, info) => {
    begin(context, info);
    const attempt = attemptOf(audited, args, context, pathOf(info));
    return context.audit.attempt(attempt, () => Promise.resolve(resolve(source, args, context, info)));
  };
}

/** Leaves an event for each call when it is marked; else one for the field, when somebody asks in another's place. */
function auditQuery(field: SchemaField, resolve: Resolver, audited: AuditDeclaration | undefined): void {
  const entityType = getNamedType(field.type).name;
  const impersonated = { action: "impersonation.read", entityType, target: "id", metadata: { field: field.name } };
  field.extensions = { ...field.extensions, audited, impersonated };
  const recorded = audited ? recordedRead : recordedOnce;
  field.resolve = (source, args: Record<string, unknown>, context, info) => {
    const declaration = declarationFor(field, context);
    if (!declaration) return resolve(source, args, context, info);
    begin(context, info);
    const attempt = attemptOf(declaration, args, context, pathOf(info));
    return recorded(attempt, context, info, () => Promise.resolve(resolve(source, args, context, info)));
  };
}
