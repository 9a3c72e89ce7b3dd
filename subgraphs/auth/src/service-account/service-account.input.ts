import { ArrayMaxSize, IsOptional, Length, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

@InputType({ description: "A new service account." })
export class ServiceAccountInput {
  @Field({ description: "1 to 100 characters; NAME_TAKEN when a service account has it already." })
  @Length(1, 100)
  name!: string;

  @Field(() => String, { nullable: true, description: "What it is for; at most 1,000 characters." })
  @IsOptional()
  @MaxLength(1_000)
  description?: string | null;

  @Field(() => [String], {
    description: "`resource:action` or `*`, e.g. Product:read; at most 100, and only what the caller holds.",
  })
  @ArrayMaxSize(100)
  permissions!: string[];
}
