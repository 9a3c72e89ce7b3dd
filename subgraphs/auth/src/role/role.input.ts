import { ArrayMaxSize, Length, IsOptional, Matches, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

const PERMISSION = /^(\*|[A-Za-z][A-Za-z0-9-]{0,62}:(\*|[a-z][a-z-]{0,62})(:(own|all))?)$/;

@InputType({ description: "A new role." })
export class RoleInput {
  @Field({ description: "1 to 100 characters; NAME_TAKEN when a role has it already." }) @Length(1, 100) name!: string;

  @Field(() => String, { nullable: true, description: "What it is for; at most 1,000 characters." })
  @IsOptional()
  @MaxLength(1_000)
  description?: string | null;

  @Field(() => [String], {
    description: "`resource:action`, `resource:action:own` or `*`, e.g. Product:read; only what the caller holds.",
  })
  @ArrayMaxSize(1_000)
  @Matches(PERMISSION, { each: true, message: "each permission must be resource:action, resource:action:own or *" })
  permissions!: string[];
}
