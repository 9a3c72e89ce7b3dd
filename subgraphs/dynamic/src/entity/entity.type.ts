import { GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, InterfaceType, Int } from "type-graphql";
import { EntityType, User } from "../entity-type/entity-type.type.js";
import type { EntityRecord } from "./entity-record.js";

@Directive('@key(fields: "id")')
@InterfaceType({
  description: "Every entity of every type.",
  resolveType: (record: EntityRecord) => record.__typename,
})
export abstract class Entity {
  @Field(() => ID) id!: string;
  @Field(() => EntityType) entityType!: EntityType;
  @Field(() => Int, { description: "Counts up with every change; goes into `expectedVersion`." }) version!: number;
  @Field(() => GraphQLDateTime) createdAt!: Date;
  @Field(() => GraphQLDateTime) updatedAt!: Date;
  @Field(() => User, { nullable: true }) createdBy!: User | null;
  @Field(() => User, { nullable: true }) updatedBy!: User | null;
  @Field(() => GraphQLDateTime, { nullable: true }) deletedAt!: Date | null;
}
