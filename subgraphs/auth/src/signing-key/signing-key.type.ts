import { GraphQLDateTime } from "@supergraph/subgraph";
import { Field, ObjectType, registerEnumType } from "type-graphql";

export enum SigningKeyStatus {
  PUBLISHED = "PUBLISHED",
  ACTIVE = "ACTIVE",
  RETIRING = "RETIRING",
  RETIRED = "RETIRED",
}

registerEnumType(SigningKeyStatus, {
  name: "SigningKeyStatus",
  description: "How far a signing key is in its life.",
  valuesConfig: {
    PUBLISHED: { description: "In the JWKS, so that every gateway knows it; it signs within some 10 seconds." },
    ACTIVE: { description: "Signs new access tokens." },
    RETIRING: { description: "Signs no more; its tokens are accepted until the last has expired." },
    RETIRED: { description: "No token of it is accepted, and its private part is gone." },
  },
});

@ObjectType({ description: "A key that signs access tokens. Its private part leaves the auth service in no form." })
export class SigningKey {
  @Field({ description: "Its name: `kid` in the header of the tokens it signs, and in the JWKS." }) kid!: string;
  @Field({ description: "Always ES256." }) algorithm!: string;
  @Field(() => SigningKeyStatus, { description: "How far it is in its life." }) status!: SigningKeyStatus;
  @Field(() => GraphQLDateTime, { description: "When it was made, and published." }) createdAt!: Date;
  @Field(() => GraphQLDateTime, { nullable: true, description: "When it began to sign." }) activatedAt!: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: "When its tokens ceased to be accepted." })
  retiredAt!: Date | null;
}
