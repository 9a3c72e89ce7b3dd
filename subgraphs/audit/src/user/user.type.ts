import { Directive, Field, ID, ObjectType } from "type-graphql";

@Directive('@key(fields: "id")')
@ObjectType({ simpleResolvers: true })
export class User {
  @Field(() => ID, { description: "A UUID, the same in every service and for good." })
  id!: string;
}
