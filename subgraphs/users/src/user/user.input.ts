import { GraphQLDateTime, GraphQLJSON, IsWrittenName, OrderDirection } from "@supergraph/subgraph";
import {
  IsBoolean,
  IsEmail,
  IsEnum,
  IsOptional,
  IsUrl,
  Length,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from "class-validator";
import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { IsLocale, IsSmallJson, IsTimeZone } from "./user.rules.js";
import { Theme, UserStatus } from "./user.type.js";

/** Checked when it was given at all: null is a value, and wrong where the column holds none. */
const WhenGiven = () => ValidateIf((_, value) => value !== undefined);

const WEB_ADDRESS = { protocols: ["http", "https"], require_protocol: true, require_tld: false };

@InputType({ description: "Which people. All that is given must hold." })
export class UserFilter {
  @Field(() => String, {
    nullable: true,
    description: "Part of a name or of the e-mail address, without regard to case; at most 200 characters.",
  })
  @IsOptional()
  @MaxLength(200)
  search?: string | null;

  @Field(() => UserStatus, { nullable: true, description: "Any but DELETED unless told." }) status?: UserStatus | null;
  @Field(() => [ID], { nullable: true, description: "Only these people; UUIDs." }) ids?: string[] | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: "Registered at this moment or later." })
  createdSince?: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: "Registered before this moment." })
  createdUntil?: Date | null;
}

export enum UserOrderField {
  CREATED_AT = "CREATED_AT",
  EMAIL = "EMAIL",
  LAST_NAME = "LAST_NAME",
}
registerEnumType(UserOrderField, {
  name: "UserOrderField",
  description: "What people can be ordered by.",
  valuesConfig: {
    CREATED_AT: { description: "When they registered." },
    EMAIL: { description: "Their e-mail address." },
    LAST_NAME: { description: "Their last name; those who share one by id." },
  },
});

@InputType({ description: "In which order people are listed." })
export class UserOrder {
  @Field(() => UserOrderField, { description: "What decides who comes first." }) field!: UserOrderField;
  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: "Upwards unless told." })
  direction!: OrderDirection;
}

@InputType({ description: "A new person." })
export class CreateUserInput {
  @Field({ description: "At most 254 characters; EMAIL_TAKEN when it is somebody's, in upper or lower case." })
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @Field({ description: "1 to 100 characters, as they write it." }) @Length(1, 100) @IsWrittenName() firstName!: string;
  @Field({ description: "1 to 100 characters, as they write it." }) @Length(1, 100) @IsWrittenName() lastName!: string;
}

@InputType({ description: "What changes of a profile; what is left out stays." })
export class UserProfileInput {
  @Field(() => String, { nullable: true, description: "Plain text, at most 2,000 characters; null empties it." })
  @IsOptional()
  @MaxLength(2_000)
  bio?: string | null;

  @Field(() => String, { nullable: true, description: "An http or https URL of a picture; null empties it." })
  @IsOptional()
  @MaxLength(2_048)
  @IsUrl(WEB_ADDRESS)
  avatarUrl?: string | null;

  @Field(() => String, { nullable: true, description: "An http or https URL; null empties it." })
  @IsOptional()
  @MaxLength(2_048)
  @IsUrl(WEB_ADDRESS)
  website?: string | null;

  @Field(() => String, { nullable: true, description: "In free words, at most 200 characters; null empties it." })
  @IsOptional()
  @MaxLength(200)
  location?: string | null;
  @Field(() => String, { nullable: true, description: "A name of the IANA time zone database; not null." })
  @WhenGiven()
  @IsTimeZone()
  timeZone?: string;
  @Field(() => String, { nullable: true, description: "A language tag (BCP 47), e.g. en-GB; not null." })
  @WhenGiven()
  @IsLocale()
  locale?: string;
  @Field(() => Theme, { nullable: true, description: "The colours of the clients; not null." })
  @WhenGiven()
  @IsEnum(Theme)
  theme?: Theme;
  @Field(() => Boolean, { nullable: true, description: "Whether mail about what happens is wanted; not null." })
  @WhenGiven()
  @IsBoolean()
  emailNotifications?: boolean;
}

@InputType({ description: "What changes of a person; what is left out stays." })
export class UpdateUserInput {
  @Field(() => String, { nullable: true, description: "1 to 100 characters." })
  @WhenGiven()
  @Length(1, 100)
  @IsWrittenName()
  firstName?: string;
  @Field(() => String, { nullable: true, description: "1 to 100 characters." })
  @WhenGiven()
  @Length(1, 100)
  @IsWrittenName()
  lastName?: string;
  @Field(() => String, { nullable: true, description: "1 to 200 characters; doesn't follow a change of the names." })
  @WhenGiven()
  @Length(1, 200)
  @IsWrittenName()
  displayName?: string;
  @Field(() => UserProfileInput, { nullable: true, description: "What it leaves out stays, too." })
  @IsOptional()
  @ValidateNested()
  profile?: UserProfileInput | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "Replaces all of them: at most 16 KiB of JSON. The person's own only.",
  })
  @IsOptional()
  @IsSmallJson()
  settings?: unknown;
}
