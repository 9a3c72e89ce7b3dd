import { GraphQLDecimal, GraphQLJSON } from "@supergraph/subgraph";
import { Field, InputType, Int } from "type-graphql";
import { ReferenceAction, USER, type EntityTypeDraft, type FieldDefinition } from "./definition.js";
import { FieldKind } from "./field-kind.js";
import { pluralOf } from "./names.js";

@InputType({ description: "A field of an entity type." })
export class EntityFieldInput {
  @Field({ description: "In camelCase, at most 63 letters and digits." }) name!: string;
  @Field(() => FieldKind, { description: "What its values are." }) kind!: FieldKind;
  @Field(() => String, { nullable: true, description: "What the schema says of it; at most 2,000 characters." })
  description?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Never null: it must be given, or have a default.",
  })
  required?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "No two entities that are not deleted have the same value; a query finds the one by it.",
  })
  unique?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Makes filters on it quick; not for TEXT.",
  })
  indexed?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Any number of values, in order; not for REFERENCE.",
  })
  list?: boolean | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: "Keep its values out of the audit log." })
  sensitive?: boolean | null;
  @Field(() => GraphQLJSON, { nullable: true, description: "What an entity has that is created without a value." })
  defaultValue?: unknown;
  @Field(() => [String], { nullable: true, description: "For ENUM: 1 to 200 names, in upper case as a rule." })
  enumValues?: string[] | null;
  @Field(() => String, { nullable: true, description: "For REFERENCE: an entity type's name, or User." })
  target?: string | null;
  @Field(() => ReferenceAction, {
    nullable: true,
    defaultValue: ReferenceAction.RESTRICT,
    description: "For REFERENCE: what becomes of the entity when the one it refers to is deleted.",
  })
  onDelete?: ReferenceAction | null;
  @Field(() => GraphQLDecimal, { nullable: true, description: "For numbers: the least that it can be." })
  minimum?: string | null;
  @Field(() => GraphQLDecimal, { nullable: true, description: "For numbers: the most that it can be." })
  maximum?: string | null;
  @Field(() => Int, { nullable: true, description: "For STRING and TEXT, in characters." }) maxLength?: number | null;
  @Field(() => String, {
    nullable: true,
    description: "For STRING and TEXT: a regular expression of PostgreSQL, found anywhere unless it has ^ and $.",
  })
  pattern?: string | null;
}

@InputType({ description: "A new entity type." })
export class EntityTypeInput {
  @Field({ description: "In PascalCase, at most 63 letters and digits; it must not be taken." }) name!: string;
  @Field(() => String, { nullable: true, description: "In camelCase; an English plural of the name unless given." })
  pluralName?: string | null;
  @Field(() => String, { nullable: true, description: "What the schema says of it; at most 2,000 characters." })
  description?: string | null;
  @Field(() => [EntityFieldInput], { description: "1 to 200, beside those that every entity has." })
  fields!: EntityFieldInput[];
  @Field(() => [[String]], {
    nullable: true,
    description: "Sets of two or more fields that no two entities have the same values of together.",
  })
  uniqueTogether?: string[][] | null;
}

/** The definition that the input asks for, with nothing left open. */
export function draftOf(input: EntityTypeInput): EntityTypeDraft {
  return {
    name: input.name,
    pluralName: input.pluralName ?? pluralOf(input.name),
    description: input.description ?? null,
    fields: input.fields.map(fieldOf),
    uniqueTogether: input.uniqueTogether ?? [],
  };
}

function fieldOf(input: EntityFieldInput): FieldDefinition {
  return {
    name: input.name,
    kind: input.kind,
    description: input.description ?? null,
    required: input.required ?? false,
    unique: input.unique ?? false,
    indexed: input.indexed ?? false,
    list: input.list ?? false,
    sensitive: input.sensitive ?? false,
    defaultValue: input.defaultValue ?? null,
    enumValues: input.enumValues ?? null,
    target: input.target ?? null,
    onDelete: onDeleteOf(input),
    minimum: input.minimum ?? null,
    maximum: input.maximum ?? null,
    maxLength: input.maxLength ?? null,
    pattern: input.pattern ?? null,
  };
}

/** People are never deleted by this service, so nothing follows for those who refer to them. */
function onDeleteOf({ kind, target, onDelete }: EntityFieldInput): ReferenceAction | null {
  if (kind !== FieldKind.REFERENCE) return null;
  const action = onDelete ?? ReferenceAction.RESTRICT;
  return target === USER && action === ReferenceAction.RESTRICT ? null : action;
}
