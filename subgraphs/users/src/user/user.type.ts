import { connectionType, GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";

export enum UserStatus {
  ACTIVE = "ACTIVE",
  SUSPENDED = "SUSPENDED",
  DELETED = "DELETED",
}
registerEnumType(UserStatus, {
  name: "UserStatus",
  description: "Whether a person's account can be used.",
  valuesConfig: {
    ACTIVE: { description: "They can sign in." },
    SUSPENDED: { description: "They can't sign in for the time being." },
    DELETED: { description: "They can't sign in; lists leave them out unless the filter asks for this status." },
  },
});

export enum Theme {
  LIGHT = "LIGHT",
  DARK = "DARK",
  SYSTEM = "SYSTEM",
}
registerEnumType(Theme, {
  name: "Theme",
  description: "The colours of the clients.",
  valuesConfig: {
    LIGHT: { description: "Dark text on a light ground." },
    DARK: { description: "Light text on a dark ground." },
    SYSTEM: { description: "As the device is set." },
  },
});

@ObjectType({ description: "What a person tells of themselves, and how they like the clients to be." })
export class UserProfile {
  @Field(() => String, { nullable: true, description: "What they tell of themselves, as plain text." }) bio!:
    string | null;
  @Field(() => String, { nullable: true, description: "Where their picture is: an http or https URL." }) avatarUrl!:
    string | null;
  @Field(() => String, { nullable: true, description: "Their own page: an http or https URL." }) website!:
    string | null;
  @Field(() => String, { nullable: true, description: "Where they say they are, in free words." }) location!:
    string | null;
  @Field({ description: "A name of the IANA time zone database, e.g. Europe/Berlin." }) timeZone!: string;
  @Field({ description: "A language tag (BCP 47), e.g. en-GB." }) locale!: string;
  @Field(() => Theme, { description: "SYSTEM until they choose another." }) theme!: Theme;
  @Field({ description: "Whether they want mail about what happens; true until they say otherwise." })
  emailNotifications!: boolean;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: "A person." })
export class User {
  @Field(() => ID, { description: "A UUID, the same in every service and for good." }) id!: string;

  /** Resolved by the resolver: not everybody may see it. Null once erased. */
  email!: string | null;

  @Field({ description: "As they write it; shown to everybody who is signed in." }) firstName!: string;
  @Field({ description: "As they write it; shown to everybody who is signed in." }) lastName!: string;
  @Field({ description: "What clients call them by; first and last name until they choose another." })
  displayName!: string;
  @Field(() => UserStatus, { description: "Whether they can sign in." }) status!: UserStatus;
  @Field(() => UserProfile, { description: "Shown to everybody who is signed in." }) profile!: UserProfile;

  /** Resolved by the resolver: the person's own clients only. */
  settings!: unknown;

  @Field(() => Int, { description: "Counts up with every change; goes into `expectedVersion`." }) version!: number;
  @Field(() => GraphQLDateTime, { description: "When they registered." }) createdAt!: Date;
  @Field(() => GraphQLDateTime, { description: "When their record last changed, profile and settings included." })
  updatedAt!: Date;
}

@ObjectType({ description: "That a person's data was erased." })
export class ErasureReceipt {
  @Field(() => ID, { description: "Whose it was; the id stays, with nothing behind it." }) userId!: string;
  @Field(() => GraphQLDateTime, { description: "When it was done." }) erasedAt!: Date;
  @Field(() => ID, { description: "The audit event that records it." }) auditEventId!: string;
}

@ObjectType({ description: "A page of a list." })
export class UserConnection extends connectionType(() => User, "User") {}
