import { GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, ObjectType } from "type-graphql";
import { User } from "../user/user.type.js";

@Directive('@key(fields: "id")')
@ObjectType({ description: "A machine's account: it gets access tokens at /oauth/token, by client_credentials." })
export class ServiceAccount {
  @Field(() => ID, {
    description: "A UUID; the `client_id` at /oauth/token, and the actor's label in the audit log.",
  })
  id!: string;
  @Field({ description: "No two have the same." }) name!: string;
  @Field(() => String, { nullable: true, description: "What it is for, in the words of who made it." })
  description!: string | null;
  @Field(() => [String], { description: "All that its tokens may do; a token may be asked for with less." })
  permissions!: string[];
  @Field(() => User, { nullable: true, description: "Who made it; null once they have been erased." })
  createdBy!: { id: string };
  @Field(() => GraphQLDateTime, { description: "When it was made." }) createdAt!: Date;
  @Field(() => GraphQLDateTime, { nullable: true, description: "When it last got a token." })
  lastUsedAt!: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: "Since when it gets none, and all it had have ended." })
  disabledAt!: Date | null;
}

@ObjectType({ description: "A service account, with the secret that it signs in with." })
export class ServiceAccountCredentials {
  @Field(() => ServiceAccount, { description: "Whose they are." }) serviceAccount!: ServiceAccount;
  @Field({ description: "Goes to /oauth/token as `client_id`; the account's id." }) clientId!: string;
  @Field({ description: "Goes to /oauth/token as `client_secret`. Shown this once." }) clientSecret!: string;
}
