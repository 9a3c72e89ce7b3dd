import { GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, Int, ObjectType } from "type-graphql";
import { User } from "../user/user.type.js";

@Directive('@key(fields: "id")')
@ObjectType({ description: "Where a person is signed in." })
export class Session {
  @Field(() => ID, { description: "A UUID; goes into revokeSession, and into the audit log's filter." }) id!: string;
  @Field(() => User, { description: "Who is signed in." }) user!: { id: string };
  @Field(() => GraphQLDateTime, { description: "When they signed in." }) createdAt!: Date;
  @Field(() => GraphQLDateTime, { description: "When it was last used, to the minute." }) lastSeenAt!: Date;
  @Field(() => GraphQLDateTime, {
    description: "30 days after the last refresh, 180 after the sign-in at most; for who impersonates, when that ends.",
  })
  expiresAt!: Date;
  @Field(() => String, { nullable: true, description: "The address that they signed in from." }) ip!: string | null;
  @Field(() => String, { nullable: true, description: "What the browser or client called itself when they signed in." })
  userAgent!: string | null;
  @Field(() => User, { nullable: true, description: "Who acts as the person in it; null for the person themselves." })
  impersonator!: { id: string } | null;
}

@ObjectType({ description: "What a client shows, and renews, to stay signed in." })
export class AuthTokens {
  @Field({ description: "Sent as `Authorization: Bearer …`; 15 minutes at most." }) accessToken!: string;
  @Field({ description: "Goes to refreshSession, once; 30 days." }) refreshToken!: string;
  @Field({ description: "Always Bearer." }) tokenType!: string;
  @Field(() => Int, { description: "Seconds until the access token expires." }) expiresIn!: number;
}

@ObjectType({ description: "What signing in brings." })
export class AuthPayload {
  @Field(() => AuthTokens, { description: "To be kept by the client, and shown to nobody else." }) tokens!: AuthTokens;
  @Field(() => User, { description: "Who has signed in; the rest of the operation is theirs." }) user!: { id: string };
  @Field(() => Session, { description: "What the tokens belong to: when it ends, they end." }) session!: Session;
}
