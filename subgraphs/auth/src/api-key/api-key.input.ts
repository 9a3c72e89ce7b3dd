import { GraphQLDateTime } from "@supergraph/subgraph";
import { ArrayMaxSize, ArrayMinSize, IsOptional, Length } from "class-validator";
import { Field, InputType } from "type-graphql";

@InputType({ description: "A new API key." })
export class ApiKeyInput {
  @Field({ description: "1 to 100 characters, to tell it from the others by." }) @Length(1, 100) name!: string;

  @Field(() => [String], { description: "What it may do: 1 to 100 permissions, none but such as the caller holds." })
  @ArrayMinSize(1, { message: "a key that may do nothing is of no use: name at least one permission" })
  @ArrayMaxSize(100)
  permissions!: string[];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      "When it ends by itself: in the future, at most a year from now. Left out, it ends when it is revoked.",
  })
  @IsOptional()
  expiresAt?: Date | null;
}
