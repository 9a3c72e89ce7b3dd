import { GraphQLDateTime, GraphQLDecimal, GraphQLJSON } from "@supergraph/subgraph";
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { ReferenceAction, type EntityTypeDefinition, type FieldDefinition } from "./definition.js";
import { FieldKind } from "./field-kind.js";

registerEnumType(FieldKind, {
  name: "FieldKind",
  description: "What a field of an entity type holds.",
  valuesConfig: {
    STRING: { description: "Up to 255 characters unless maxLength says otherwise; at most 4,000." },
    TEXT: { description: "Text of any length; it can be searched, not ordered by or unique." },
    INT: { description: "A whole number of 32 bits." },
    BIGINT: { description: "A whole number of 64 bits." },
    FLOAT: { description: "A floating-point number of double precision." },
    DECIMAL: { description: "A decimal number that keeps its digits: money." },
    DATE: { description: "A day without time or zone." },
    DATETIME: { description: "A moment." },
    JSON: { description: "Any JSON." },
    ENUM: { description: "One of enumValues." },
    REFERENCE: { description: "Another entity, or a User." },
  },
});
registerEnumType(ReferenceAction, {
  name: "ReferenceAction",
  description: "What becomes of the entities that refer to one that is deleted.",
  valuesConfig: {
    RESTRICT: { description: "It can't be deleted while they refer to it." },
    CASCADE: { description: "They are deleted with it." },
    SET_NULL: { description: "They refer to nothing from then on." },
  },
});

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: "A person." })
export class User {
  @Field(() => ID) id!: string;
}

@ObjectType({ description: "A field of an entity type." })
export class EntityField implements FieldDefinition {
  @Field() name!: string;
  @Field(() => FieldKind) kind!: FieldKind;
  @Field(() => String, { nullable: true }) description!: string | null;
  @Field() required!: boolean;
  @Field({ description: "No two entities that are not deleted have the same value." }) unique!: boolean;
  @Field({ description: "Filters on it use an index." }) indexed!: boolean;
  @Field() list!: boolean;
  @Field({ description: "The audit log records that it changed, without its values." }) sensitive!: boolean;
  @Field(() => GraphQLJSON, { nullable: true }) defaultValue!: unknown;
  @Field(() => [String], { nullable: true }) enumValues!: string[] | null;
  @Field(() => String, { nullable: true, description: "Of a reference: an entity type's name, or User." })
  target!: string | null;
  @Field(() => ReferenceAction, { nullable: true }) onDelete!: ReferenceAction | null;
  @Field(() => GraphQLDecimal, { nullable: true }) minimum!: string | null;
  @Field(() => GraphQLDecimal, { nullable: true }) maximum!: string | null;
  @Field(() => Int, { nullable: true, description: "In characters." }) maxLength!: number | null;
  @Field(() => String, { nullable: true, description: "A regular expression of PostgreSQL that text matches." })
  pattern!: string | null;
}

@Directive('@key(fields: "name")')
@ObjectType({ description: "A type of entities, defined while the system runs." })
export class EntityType implements EntityTypeDefinition {
  @Field() name!: string;
  @Field({ description: "The name of the query that lists its entities." }) pluralName!: string;
  @Field(() => String, { nullable: true }) description!: string | null;
  @Field(() => [EntityField]) fields!: FieldDefinition[];
  @Field(() => [[String]], { description: "Fields that no two entities have the same values of together." })
  uniqueTogether!: string[][];
  @Field(() => Int) version!: number;
  @Field(() => GraphQLDateTime) createdAt!: Date;
  @Field(() => GraphQLDateTime) updatedAt!: Date;

  /** Resolved by the resolver, as a reference to a person. */
  createdBy!: string | null;
}
