import { Audited, Public, SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { AuthContext } from "../context.js";

const TOKEN = "As the link in the mail has it; it works once, within 30 minutes.";

@Resolver()
export class MailedLinkResolver {
  @Mutation(() => Boolean, {
    description: "Mails a link to a new password. True for every address, whether or not it has an account.",
  })
  @Audited({ action: "auth.request-password-reset" })
  @Public()
  requestPasswordReset(
    @Arg("email", () => String, { description: "At most 254 characters, in upper or lower case." }) email: string,
    @Ctx() { passwordResets }: AuthContext,
  ): Promise<boolean> {
    return passwordResets.request(email);
  }

  @Mutation(() => Boolean, {
    description: "Sets a new password and ends every session. Signs nobody in; LINK_INVALID when the link is no good.",
  })
  @Audited({ action: "auth.reset-password" })
  @Public()
  resetPassword(
    @Arg("token", () => String, { description: TOKEN }) token: string,
    @Arg("newPassword", () => String, { description: "12 to 72 bytes of UTF-8." }) newPassword: string,
    @Ctx() { passwordResets }: AuthContext,
  ): Promise<boolean> {
    return passwordResets.reset(token, newPassword);
  }

  @Mutation(() => Boolean, {
    description: "Mails the caller a link that verifies their e-mail address, unless it is verified.",
  })
  @Audited({ action: "auth.request-email-verification" })
  @SignedIn()
  requestEmailVerification(@Ctx() { emails }: AuthContext): Promise<boolean> {
    return emails.requestVerification();
  }

  @Mutation(() => Boolean, {
    description: "Says that an e-mail address is one's own; LINK_INVALID when the link is no good.",
  })
  @Audited({ action: "auth.verify-email" })
  @Public()
  verifyEmail(
    @Arg("token", () => String, { description: TOKEN }) token: string,
    @Ctx() { emails }: AuthContext,
  ): Promise<boolean> {
    return emails.verify(token);
  }

  @Mutation(() => Boolean, {
    description: "Mails a link to a new e-mail address. Only in person; true also when the address is another's.",
  })
  @Audited({ action: "auth.request-email-change" })
  @SignedIn()
  requestEmailChange(
    @Arg("newEmail", () => String, { description: "At most 254 bytes." }) newEmail: string,
    @Arg("password", () => String, { description: "The caller's own; INVALID_CREDENTIALS when it is wrong." })
    password: string,
    @Ctx() { emails }: AuthContext,
  ): Promise<boolean> {
    return emails.requestChange(newEmail, password);
  }

  @Mutation(() => Boolean, {
    description: "Makes the address that a link was mailed to the account's; LINK_INVALID when the link is no good.",
  })
  @Audited({ action: "auth.confirm-email-change" })
  @Public()
  confirmEmailChange(
    @Arg("token", () => String, { description: TOKEN }) token: string,
    @Ctx() { emails }: AuthContext,
  ): Promise<boolean> {
    return emails.confirmChange(token);
  }
}
