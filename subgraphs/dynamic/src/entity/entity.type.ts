import { GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, InterfaceType, Int } from "type-graphql";
import { EntityType, User } from "../entity-type/entity-type.type.js";
import type { EntityRecord } from "./entity-record.js";
import { systemFieldDescriptions } from "./system-fields.js";

@Directive('@key(fields: "id")')
@InterfaceType({
  description: "Every entity of every type.",
  resolveType: (record: EntityRecord) => record.__typename,
})
export abstract class Entity {
  @Field(() => ID, { description: systemFieldDescriptions.id }) id!: string;
  @Field(() => EntityType, { description: systemFieldDescriptions.entityType }) entityType!: EntityType;
  @Field(() => Int, { description: systemFieldDescriptions.version }) version!: number;
  @Field(() => GraphQLDateTime, { description: systemFieldDescriptions.createdAt }) createdAt!: Date;
  @Field(() => GraphQLDateTime, { description: systemFieldDescriptions.updatedAt }) updatedAt!: Date;
  @Field(() => User, { nullable: true, description: systemFieldDescriptions.createdBy }) createdBy!: User | null;
  @Field(() => User, { nullable: true, description: systemFieldDescriptions.updatedBy }) updatedBy!: User | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: systemFieldDescriptions.deletedAt })
  deletedAt!: Date | null;
}
