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
    BOOLEAN: { description: "True or false." },
    DATE: { description: "A day without time or zone, e.g. 2026-11-23." },
    DATETIME: { description: "A moment, as in RFC 3339, e.g. 2026-11-23T21:30:00Z." },
    UUID: { description: "128 bits, written as 8-4-4-4-12 hexadecimal digits." },
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
  @Field(() => ID, { description: "A UUID, the same in every service and for good." }) id!: string;
}

@ObjectType({ description: "A field of an entity type." })
export class EntityField implements FieldDefinition {
  @Field({ description: "In camelCase, as the entities' GraphQL type has it." }) name!: string;
  @Field(() => FieldKind, { description: "What its values are." }) kind!: FieldKind;
  @Field(() => String, { nullable: true, description: "What the schema says of it; null for nothing." })
  description!: string | null;
  @Field({ description: "Never null; of a list: never null, but it may be empty." }) required!: boolean;
  @Field({ description: "No two entities that are not deleted have the same value." }) unique!: boolean;
  @Field({ description: "Filters on it use an index." }) indexed!: boolean;
  @Field({ description: "Whether it holds any number of values, in order." }) list!: boolean;
  @Field({ description: "The audit log records that it changed, without its values." }) sensitive!: boolean;
  @Field(() => GraphQLJSON, { nullable: true, description: "What an entity has that was created without a value." })
  defaultValue!: unknown;
  @Field(() => [String], { nullable: true, description: "Of ENUM: all that it can be; null for other kinds." })
  enumValues!: string[] | null;
  @Field(() => String, { nullable: true, description: "Of a reference: an entity type's name, or User." })
  target!: string | null;
  @Field(() => ReferenceAction, {
    nullable: true,
    description:
      "What becomes of the entity when the one it refers to is deleted; null for other kinds and for people.",
  })
  onDelete!: ReferenceAction | null;
  @Field(() => GraphQLDecimal, { nullable: true, description: "The least that a number can be; null for no limit." })
  minimum!: string | null;
  @Field(() => GraphQLDecimal, { nullable: true, description: "The most that a number can be; null for no limit." })
  maximum!: string | null;
  @Field(() => Int, { nullable: true, description: "In characters." }) maxLength!: number | null;
  @Field(() => String, { nullable: true, description: "A regular expression of PostgreSQL that text matches." })
  pattern!: string | null;
}

@Directive('@key(fields: "name")')
@ObjectType({ description: "A type of entities, defined while the system runs." })
export class EntityType implements EntityTypeDefinition {
  @Field({
    description: "In PascalCase: the entities' GraphQL type, and the first part of permissions, e.g. Product:read.",
  })
  name!: string;
  @Field({ description: "The name of the query that lists its entities." }) pluralName!: string;
  @Field(() => String, { nullable: true, description: "What the schema says of it; null for nothing." })
  description!: string | null;
  @Field(() => [EntityField], { description: "Without those that every entity has, e.g. id and version." })
  fields!: FieldDefinition[];
  @Field(() => [[String]], { description: "Fields that no two entities have the same values of together." })
  uniqueTogether!: string[][];
  @Field(() => Int, { description: "Of the definition; counts up with every change of it." }) version!: number;
  @Field(() => GraphQLDateTime, { description: "When it was defined." }) createdAt!: Date;
  @Field(() => GraphQLDateTime, { description: "When the definition last changed." }) updatedAt!: Date;

  /** Resolved by the resolver, as a reference to a person. */
  createdBy!: string | null;
}
