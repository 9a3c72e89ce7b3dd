import { Directive, Field, ID, Int, ObjectType } from "type-graphql";

@Directive('@key(fields: "id")')
@ObjectType({ description: "A named set of permissions that people are given." })
export class Role {
  @Field(() => ID, { description: "A UUID." }) id!: string;
  @Field({ description: "No two roles have the same." }) name!: string;
  @Field(() => String, { nullable: true, description: "What it is for, in the words of who made it." })
  description!: string | null;
  @Field({ description: "Built-in roles can't be renamed or removed." }) builtIn!: boolean;
  @Field(() => [String], {
    description: "`resource:action`, with `:own` for the holder's own records only; `*` is all of them.",
  })
  permissions!: string[];
  @Field(() => Int, { description: "Counts up with every change." }) version!: number;
}
