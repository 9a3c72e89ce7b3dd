import { IsEmail, Length, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

const EMAIL_LENGTH = 254;
const PASSWORD_LENGTH = 1_024;

@InputType()
export class RegisterInput {
  @Field() @IsEmail() @MaxLength(EMAIL_LENGTH) email!: string;

  @Field({ description: "12 to 72 bytes of UTF-8." })
  @MaxLength(PASSWORD_LENGTH, { message: "must be 12 to 72 bytes of UTF-8" })
  password!: string;

  @Field() @Length(1, 100) firstName!: string;
  @Field() @Length(1, 100) lastName!: string;
}

@InputType()
export class LoginInput {
  @Field() @MaxLength(EMAIL_LENGTH) email!: string;
  @Field() @MaxLength(PASSWORD_LENGTH, { message: "must be 12 to 72 bytes of UTF-8" }) password!: string;
}
