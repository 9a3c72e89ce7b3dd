import { Directive, Field, ID, ObjectType } from "type-graphql";

/** Stands for every entity of every type: what is added here, each of them has. */
@Directive('@key(fields: "id")')
@Directive("@interfaceObject")
@ObjectType({ simpleResolvers: true })
export class Entity {
  @Field(() => ID, { description: "A UUID that no other entity of any type has." })
  id!: string;
}
