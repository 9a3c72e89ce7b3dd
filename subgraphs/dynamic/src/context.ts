import type { SubgraphContext } from "@supergraph/subgraph";
import type { EntityTypeService } from "./entity-type/entity-type.service.js";
import type { EntityService } from "./entity/entity.service.js";

export interface DynamicContext extends SubgraphContext {
  readonly entityTypes: EntityTypeService;
  readonly entities: EntityService;
}
