import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "Something that a role or an API key can be given." })
export class Permission {
  @Field({
    description: "As roles hold it: `resource:action`, with `:own` for the holder's own records alone, or `*`.",
  })
  name!: string;
  @Field({ description: "What its holder may do." }) description!: string;
  @Field({ description: "What it is about: a noun, the name of an entity type, or `*`." }) resource!: string;
  @Field({ description: "What may be done with it, or `*`." }) action!: string;
}
