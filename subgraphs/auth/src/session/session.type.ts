import { GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, Int, ObjectType } from "type-graphql";
import { User } from "../user/user.type.js";

@Directive('@key(fields: "id")')
@ObjectType({ description: "Where a person is signed in." })
export class Session {
  @Field(() => ID) id!: string;
  @Field(() => User) user!: { id: string };
  @Field(() => GraphQLDateTime) createdAt!: Date;
  @Field(() => GraphQLDateTime, { description: "To the minute." }) lastSeenAt!: Date;
  @Field(() => GraphQLDateTime) expiresAt!: Date;
  @Field(() => String, { nullable: true }) ip!: string | null;
  @Field(() => String, { nullable: true }) userAgent!: string | null;
}

@ObjectType({ description: "What a client shows, and renews, to stay signed in." })
export class AuthTokens {
  @Field({ description: "Sent as `Authorization: Bearer …`; 15 minutes." }) accessToken!: string;
  @Field({ description: "Goes to refreshSession, once." }) refreshToken!: string;
  @Field({ description: "Bearer" }) tokenType!: string;
  @Field(() => Int, { description: "Seconds until the access token expires." }) expiresIn!: number;
}

@ObjectType({ description: "What signing in brings." })
export class AuthPayload {
  @Field(() => AuthTokens) tokens!: AuthTokens;
  @Field(() => User) user!: { id: string };
  @Field(() => Session) session!: Session;
}
