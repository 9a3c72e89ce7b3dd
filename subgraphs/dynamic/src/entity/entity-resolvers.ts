import type { EntityAction } from "@supergraph/identity";
import type { AuditDeclaration, SchemaExtension } from "@supergraph/subgraph";
import { GraphQLBigInt, GraphQLDate, withAccess } from "@supergraph/subgraph";
import type { GraphQLResolveInfo } from "graphql";
import type { DynamicContext } from "../context.js";
import type { EntityTypeDefinition } from "../entity-type/definition.js";
import { refersToEntity, USER } from "../entity-type/definition.js";
import { namesOf, uniqueQueryOf } from "../entity-type/names.js";
import type { EntityRecord, EntityValues } from "./entity-record.js";
import { entitiesSdl } from "./entity-sdl.js";
import type { ListArguments } from "./entity.service.js";
import { modelOf, type EntityModel } from "./model.js";
import { permissionsFor } from "./permissions.js";

type Resolver<Args> = (source: unknown, args: Args, context: DynamicContext, info: GraphQLResolveInfo) => unknown;
type Work<Args> = (args: Args, context: DynamicContext) => Promise<unknown>;

interface ById {
  id: string;
  expectedVersion?: number | null;
}

/** What the types that users define add to the subgraph. */
export function entityExtension(types: readonly EntityTypeDefinition[]): SchemaExtension {
  const model = modelOf(types);
  const perType = types.map((type) => resolversOf(type, model));
  return {
    sdl: entitiesSdl(types),
    resolvers: {
      Date: { ...GraphQLDate },
      BigInt: { ...GraphQLBigInt },
      Query: Object.assign({}, ...perType.map(({ queries }) => queries)) as Record<string, unknown>,
      Mutation: Object.assign({}, ...perType.map(({ mutations }) => mutations)) as Record<string, unknown>,
      ...Object.fromEntries(perType.map(({ name, fields }) => [name, fields])),
    },
    audited: { Mutation: Object.assign({}, ...types.map(declarationsOf)) as Record<string, AuditDeclaration> },
  };
}

function resolversOf(type: EntityTypeDefinition, model: EntityModel) {
  const { name } = type;
  const names = namesOf(type);
  const unique = type.fields.filter((field) => field.unique);
  return {
    name,
    queries: {
      [names.one]: read<ById>(name, ({ id }, { entities }) => entities.find(type, id)),
      [names.many]: read<ListArguments>(name, (args, { entities }) => entities.list(type, args, model)),
      ...Object.fromEntries(
        unique.map((field) => [
          uniqueQueryOf(name, field.name),
          read<{ value: unknown }>(name, ({ value }, { entities }) => entities.findByValue(type, field, value)),
        ]),
      ),
    },
    mutations: {
      [names.create]: change<{ input: EntityValues }>(name, "create", ({ input }, { entities }) =>
        entities.create(type, input),
      ),
      [names.change]: change<ById & { input: EntityValues }>(
        name,
        "update",
        ({ id, input, expectedVersion }, { entities }) =>
          entities.update(type, id, input, expectedVersion ?? undefined),
      ),
      [names.delete]: change<ById>(name, "delete", ({ id, expectedVersion }, { entities }) =>
        entities.delete(type, id, expectedVersion ?? undefined),
      ),
      [names.restore]: change<ById>(name, "delete", ({ id }, { entities }) => entities.restore(type, id)),
    },
    fields: fieldResolvers(type, model),
  };
}

/** A reference is resolved by the same scoped service as a query. */
function fieldResolvers(type: EntityTypeDefinition, model: EntityModel): Record<string, unknown> {
  const toUsers = type.fields.filter(({ target }) => target === USER).map(({ name }) => name);
  const toEntities = type.fields.filter(refersToEntity).map(({ name, target }) => {
    const targetType = model.get(target);
    if (!targetType) throw new Error(`${type.name}.${name} refers to ${target}, which is not in the model`);
    const resolve = (record: EntityRecord, _: unknown, { entities }: DynamicContext) =>
      typeof record[name] === "string" ? entities.find(targetType, record[name]) : null;
    return [name, resolve] as const;
  });
  return {
    entityType: () => type,
    ...Object.fromEntries(["createdBy", "updatedBy", ...toUsers].map((name) => [name, userOf(name)])),
    ...Object.fromEntries(toEntities),
    __resolveReference: ({ id }: { id: string }, { entities }: DynamicContext) => entities.find(type, id),
  };
}

function userOf(name: string) {
  return (record: EntityRecord) => (typeof record[name] === "string" ? { id: record[name] } : null);
}

function read<Args>(typeName: string, work: Work<Args>): Resolver<Args> {
  const access = { kind: "permitted", anyOf: permissionsFor(typeName, "read") } as const;
  return (_, args, context, info) => withAccess(access, context, info, () => work(args, context));
}

function change<Args>(typeName: string, action: EntityAction, work: Work<Args>): Resolver<Args> {
  const access = { kind: "permitted", anyOf: permissionsFor(typeName, action) } as const;
  return (_, args, context, info) => withAccess(access, context, info, () => work(args, context));
}

function declarationsOf(type: EntityTypeDefinition): Record<string, AuditDeclaration> {
  const names = namesOf(type);
  const declare = (verb: string) => ({ action: `entity.${verb}`, entityType: type.name, target: "id" });
  return {
    [names.create]: declare("create"),
    [names.change]: declare("update"),
    [names.delete]: declare("delete"),
    [names.restore]: declare("restore"),
  };
}
