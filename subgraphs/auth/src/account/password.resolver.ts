import { Audited, Public, SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, Field, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import type { AuthContext } from "../context.js";
import { MAXIMUM_BYTES } from "./password.js";
import { MINIMUM_BYTES } from "./password-policy.js";

@ObjectType({ description: "How long a password must be, in bytes of UTF-8." })
export class PasswordPolicy {
  @Field(() => Int, { description: "A shorter one is refused." }) minimumBytes!: number;
  @Field(() => Int, { description: "A longer one is refused; a character outside ASCII takes 2 to 4." })
  maximumBytes!: number;
}

@Resolver()
export class PasswordResolver {
  @Query(() => PasswordPolicy, { description: "What a password must be, in bytes of UTF-8." })
  @Public()
  passwordPolicy(): PasswordPolicy {
    return { minimumBytes: MINIMUM_BYTES, maximumBytes: MAXIMUM_BYTES };
  }

  @Mutation(() => Boolean, {
    description: "Sets the caller's password, and ends all of their other sessions. In person only.",
  })
  @Audited({ action: "auth.change-password" })
  @SignedIn()
  changePassword(
    @Arg("currentPassword", () => String, { description: "INVALID_CREDENTIALS when it is wrong, as in signing in." })
    currentPassword: string,
    @Arg("newPassword", () => String, { description: "12 to 72 bytes of UTF-8; another one, and not a common one." })
    newPassword: string,
    @Ctx() { passwordChange }: AuthContext,
  ): Promise<boolean> {
    return passwordChange.change(currentPassword, newPassword);
  }
}
