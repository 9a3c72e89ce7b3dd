import { SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import type { DynamicContext } from "../context.js";
import type { EntityRecord } from "./entity-record.js";
import { Entity } from "./entity.type.js";

@Resolver()
export class EntityResolver {
  @Query(() => Entity, {
    nullable: true,
    description: "An entity of any type by its id; null when there is none that the caller may read.",
  })
  @SignedIn()
  entity(
    @Arg("id", () => ID, { description: "A UUID; anything else finds none." }) id: string,
    @Ctx() { entities }: DynamicContext,
  ): Promise<EntityRecord | null> {
    return entities.findAny(id);
  }
}
