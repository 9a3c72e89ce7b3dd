import type { EntityTypeDefinition } from "../entity-type/definition.js";

/** The entity types that a schema was built with. */
export type EntityModel = ReadonlyMap<string, EntityTypeDefinition>;

export const modelOf = (types: readonly EntityTypeDefinition[]): EntityModel =>
  new Map(types.map((type) => [type.name, type]));
