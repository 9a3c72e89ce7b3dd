import { GraphQLDateTime, GraphQLJSON, OrderDirection } from "@supergraph/subgraph";
import { IsBoolean, IsEnum, IsOptional, IsUrl, Length, MaxLength, ValidateIf, ValidateNested } from "class-validator";
import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { IsLocale, IsSmallJson, IsTimeZone } from "./user.rules.js";
import { Theme, UserStatus } from "./user.type.js";

/** Checked when it was given at all: null is a value, and wrong where the column holds none. */
const WhenGiven = () => ValidateIf((_, value) => value !== undefined);

const WEB_ADDRESS = { protocols: ["http", "https"], require_protocol: true, require_tld: false };

@InputType({ description: "Which people. All that is given must hold." })
export class UserFilter {
  @Field(() => String, { nullable: true, description: "Matches names and e-mail, without regard to case." })
  @IsOptional()
  @MaxLength(200)
  search?: string | null;

  @Field(() => UserStatus, { nullable: true }) status?: UserStatus | null;
  @Field(() => [ID], { nullable: true }) ids?: string[] | null;
  @Field(() => GraphQLDateTime, { nullable: true }) createdSince?: Date | null;
  @Field(() => GraphQLDateTime, { nullable: true, description: "Exclusive." }) createdUntil?: Date | null;
}

export enum UserOrderField {
  CREATED_AT = "CREATED_AT",
  EMAIL = "EMAIL",
  LAST_NAME = "LAST_NAME",
}
registerEnumType(UserOrderField, { name: "UserOrderField", description: "What people can be ordered by." });

@InputType({ description: "In which order people are listed." })
export class UserOrder {
  @Field(() => UserOrderField) field!: UserOrderField;
  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC }) direction!: OrderDirection;
}

@InputType({ description: "What changes of a profile; what is left out stays." })
export class UserProfileInput {
  @Field(() => String, { nullable: true }) @IsOptional() @MaxLength(2_000) bio?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(2_048)
  @IsUrl(WEB_ADDRESS)
  avatarUrl?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(2_048)
  @IsUrl(WEB_ADDRESS)
  website?: string | null;

  @Field(() => String, { nullable: true }) @IsOptional() @MaxLength(200) location?: string | null;
  @Field(() => String, { nullable: true }) @WhenGiven() @IsTimeZone() timeZone?: string;
  @Field(() => String, { nullable: true }) @WhenGiven() @IsLocale() locale?: string;
  @Field(() => Theme, { nullable: true }) @WhenGiven() @IsEnum(Theme) theme?: Theme;
  @Field(() => Boolean, { nullable: true }) @WhenGiven() @IsBoolean() emailNotifications?: boolean;
}

@InputType({ description: "What changes of a person; what is left out stays." })
export class UpdateUserInput {
  @Field(() => String, { nullable: true }) @WhenGiven() @Length(1, 100) firstName?: string;
  @Field(() => String, { nullable: true }) @WhenGiven() @Length(1, 100) lastName?: string;
  @Field(() => String, { nullable: true }) @WhenGiven() @Length(1, 200) displayName?: string;
  @Field(() => UserProfileInput, { nullable: true }) @IsOptional() @ValidateNested() profile?: UserProfileInput | null;

  @Field(() => GraphQLJSON, { nullable: true, description: "At most 16 KiB; the person's own only." })
  @IsOptional()
  @IsSmallJson()
  settings?: unknown;
}
