import { Audited, Permits, SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { DynamicContext } from "../context.js";
import { objectSdl } from "../entity/entity-sdl.js";
import type { EntityTypeDefinition } from "./definition.js";
import { EntityTypeInput } from "./entity-type.input.js";
import { EntityType, User } from "./entity-type.type.js";

@Resolver(() => EntityType)
export class EntityTypeResolver {
  @Query(() => [EntityType], { description: "The entity types that the caller may read something of." })
  @SignedIn()
  entityTypes(@Ctx() { entityTypes }: DynamicContext): EntityTypeDefinition[] {
    return entityTypes.list();
  }

  @Query(() => EntityType, {
    nullable: true,
    description: "An entity type; null when there is none that the caller may read something of.",
  })
  @SignedIn()
  entityType(
    @Arg("name", { description: "In PascalCase, e.g. Product." }) name: string,
    @Ctx() { entityTypes }: DynamicContext,
  ): EntityTypeDefinition | null {
    return entityTypes.find(name);
  }

  @Mutation(() => EntityType, {
    description: "Defines an entity type. When it returns, the endpoint serves the type. Takes entity-types:manage.",
  })
  @Audited({ action: "entity-type.define" })
  @Permits("entity-types:manage")
  defineEntityType(
    @Arg("input", () => EntityTypeInput, { description: "INVALID_INPUT names everything that is wrong with it." })
    input: EntityTypeInput,
    @Ctx() { entityTypes }: DynamicContext,
  ): Promise<EntityTypeDefinition> {
    return entityTypes.define(input);
  }

  @FieldResolver(() => Int, { description: "How many of its entities the caller may read." })
  entityCount(@Root() type: EntityTypeDefinition, @Ctx() { entityTypes }: DynamicContext): Promise<number> {
    return entityTypes.entityCount(type);
  }

  @FieldResolver(() => User, { nullable: true, description: "Who defined it; null when no person did." })
  createdBy(@Root() { createdBy }: EntityTypeDefinition): User | null {
    return createdBy === null ? null : { id: createdBy };
  }

  @FieldResolver(() => String, { description: "The entities' GraphQL type and its enums, as SDL." })
  sdl(@Root() type: EntityTypeDefinition): string {
    return objectSdl(type);
  }
}
