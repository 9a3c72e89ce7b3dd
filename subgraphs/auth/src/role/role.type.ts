import { Directive, Field, ID, Int, ObjectType } from "type-graphql";

@Directive('@key(fields: "id")')
@ObjectType({ description: "A named set of permissions that people are given." })
export class Role {
  @Field(() => ID) id!: string;
  @Field() name!: string;
  @Field(() => String, { nullable: true }) description!: string | null;
  @Field({ description: "Built-in roles can't be renamed or removed." }) builtIn!: boolean;
  @Field(() => [String], { description: "`resource:action`, with `:own` for the holder's own records only." })
  permissions!: string[];
  @Field(() => Int) version!: number;
}
