import { buildStaticSchema, type StaticSchema } from "@supergraph/subgraph";
import type { DynamicContext } from "./context.js";
import { EntityTypeResolver } from "./entity-type/entity-type.resolver.js";
import { EntityResolver } from "./entity/entity.resolver.js";

/** What the code fixes of the dynamic subgraph; the types that users define join it. */
export function dynamicSchema(): Promise<StaticSchema> {
  return buildStaticSchema<DynamicContext>({
    resolvers: [EntityTypeResolver, EntityResolver],
    references: {
      Entity: ({ id }, { entities }) => entities.findAny(id),
      EntityType: (reference, { entityTypes }) => entityTypes.find(String((reference as { name?: unknown }).name)),
    },
  });
}
