import { GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, ObjectType } from "type-graphql";
import { User } from "../user/user.type.js";

@Directive('@key(fields: "id")')
@ObjectType({ description: "A key by which a program acts for the person who made it." })
export class ApiKey {
  @Field(() => ID, { description: "A UUID; goes into revokeApiKey." }) id!: string;
  @Field({ description: "What its owner calls it." }) name!: string;
  @Field({ description: "The key's first 8 characters, to recognise it by." }) prefix!: string;
  @Field(() => [String], {
    description: "What it was given. It may do as much of this as its owner may, at each call.",
  })
  permissions!: string[];
  @Field(() => GraphQLDateTime, { description: "When it was made." }) createdAt!: Date;
  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: "When it last came with a request, to some 10 seconds.",
  })
  lastUsedAt!: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: "When it ends by itself; null: it doesn't." })
  expiresAt!: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: "When somebody ended it; null: nobody has." })
  revokedAt!: Date | null;
  @Field(() => User, { description: "Who made it, and whom it acts for." }) owner!: { id: string };
}

@ObjectType({ description: "A new API key." })
export class CreatedApiKey {
  @Field(() => ApiKey, { description: "As `apiKeys` lists it from now on." }) apiKey!: ApiKey;
  @Field({ description: "The key itself, shown this once; sent as `Authorization: Bearer sgk_…`." }) secret!: string;
}
