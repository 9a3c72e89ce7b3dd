import { ArrayMaxSize, Length, IsOptional, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

@InputType({ description: "What a role is called, and what its holders may do." })
export class RoleInput {
  @Field({
    description: "1 to 100 characters that are seen; NAME_TAKEN when a role has it already, in upper or lower case.",
  })
  @Length(1, 100)
  name!: string;

  @Field(() => String, { nullable: true, description: "What it is for; at most 1,000 characters." })
  @IsOptional()
  @MaxLength(1_000)
  description?: string | null;

  @Field(() => [String], {
    description: "`resource:action`, `resource:action:own` or `*`, e.g. Product:read; only what the caller holds.",
  })
  @ArrayMaxSize(1_000)
  permissions!: string[];
}
