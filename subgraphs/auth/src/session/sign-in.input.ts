import { IsEmail, Length, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

const EMAIL_LENGTH = 254;
const PASSWORD_LENGTH = 1_024;

@InputType({ description: "A new account, and the person whose it is." })
export class RegisterInput {
  @Field() @IsEmail() @MaxLength(EMAIL_LENGTH) email!: string;

  @Field({ description: "12 to 72 bytes of UTF-8." })
  @MaxLength(PASSWORD_LENGTH, { message: "must be 12 to 72 bytes of UTF-8" })
  password!: string;

  @Field() @Length(1, 100) firstName!: string;
  @Field() @Length(1, 100) lastName!: string;
}

@InputType({ description: "What a person signs in with." })
export class LoginInput {
  @Field() @MaxLength(EMAIL_LENGTH) email!: string;
  @Field() @MaxLength(PASSWORD_LENGTH, { message: "must be 12 to 72 bytes of UTF-8" }) password!: string;
}
