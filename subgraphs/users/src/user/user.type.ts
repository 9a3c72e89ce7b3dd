import { connectionType, GraphQLDateTime } from "@supergraph/subgraph";
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";

export enum UserStatus {
  ACTIVE = "ACTIVE",
  SUSPENDED = "SUSPENDED",
  DELETED = "DELETED",
}
registerEnumType(UserStatus, { name: "UserStatus", description: "Whether a person's account can be used." });

export enum Theme {
  LIGHT = "LIGHT",
  DARK = "DARK",
  SYSTEM = "SYSTEM",
}
registerEnumType(Theme, { name: "Theme", description: "The colours of the clients; SYSTEM: as the device is set." });

@ObjectType({ description: "What a person tells of themselves, and how they like the clients to be." })
export class UserProfile {
  @Field(() => String, { nullable: true }) bio!: string | null;
  @Field(() => String, { nullable: true }) avatarUrl!: string | null;
  @Field(() => String, { nullable: true }) website!: string | null;
  @Field(() => String, { nullable: true }) location!: string | null;
  @Field({ description: "A name of the IANA time zone database." }) timeZone!: string;
  @Field({ description: "A language tag (BCP 47)." }) locale!: string;
  @Field(() => Theme) theme!: Theme;
  @Field() emailNotifications!: boolean;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: "A person." })
export class User {
  @Field(() => ID) id!: string;

  /** Resolved by the resolver: not everybody may see it. */
  email!: string;

  @Field() firstName!: string;
  @Field() lastName!: string;
  @Field() displayName!: string;
  @Field(() => UserStatus) status!: UserStatus;
  @Field(() => UserProfile) profile!: UserProfile;

  /** Resolved by the resolver: the person's own clients only. */
  settings!: unknown;

  @Field(() => Int, { description: "Counts up with every change; goes into `expectedVersion`." }) version!: number;
  @Field(() => GraphQLDateTime) createdAt!: Date;
  @Field(() => GraphQLDateTime) updatedAt!: Date;
}

@ObjectType({ description: "A page of a list." })
export class UserConnection extends connectionType(() => User, "User") {}
