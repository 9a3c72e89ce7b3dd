import { IsWrittenName } from "@supergraph/subgraph";
import { IsEmail, IsOptional, Length, MaxLength } from "class-validator";
import { Field, InputType } from "type-graphql";

const EMAIL_LENGTH = 254;
const PASSWORD_LENGTH = 1_024;
const OTP_LENGTH = 64;

@InputType({ description: "A new account, and the person whose it is." })
export class RegisterInput {
  @Field({ description: "At most 254 characters; EMAIL_TAKEN when it has an account, in upper or lower case." })
  @IsEmail()
  @MaxLength(EMAIL_LENGTH)
  email!: string;

  @Field({ description: "12 to 72 bytes of UTF-8." })
  @MaxLength(PASSWORD_LENGTH, { message: "must be 12 to 72 bytes of UTF-8" })
  password!: string;

  @Field({ description: "1 to 100 characters, as they write it." }) @Length(1, 100) @IsWrittenName() firstName!: string;
  @Field({ description: "1 to 100 characters, as they write it." }) @Length(1, 100) @IsWrittenName() lastName!: string;
}

@InputType({ description: "What a person signs in with." })
export class LoginInput {
  @Field({ description: "The one they registered with, in upper or lower case." })
  @MaxLength(EMAIL_LENGTH)
  email!: string;
  @Field({ description: "INVALID_CREDENTIALS when it is wrong, and just so when the address is." })
  @MaxLength(PASSWORD_LENGTH, { message: "must be 12 to 72 bytes of UTF-8" })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: "A code of the authenticator app, or a recovery code. MFA_REQUIRED says that it is missing.",
  })
  @IsOptional()
  @MaxLength(OTP_LENGTH)
  otp?: string | null;
}
