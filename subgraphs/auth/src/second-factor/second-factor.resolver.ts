import { Audited, SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from "type-graphql";
import type { AuthContext } from "../context.js";
import { User } from "../user/user.type.js";
import { TotpEnrollment } from "./second-factor.type.js";

@Resolver(() => User)
export class SecondFactorResolver {
  @FieldResolver(() => Boolean, {
    nullable: true,
    description: "Whether signing in takes a second factor. One's own, or with users:read.",
  })
  mfaEnabled(@Root() { id }: User, @Ctx() { secondFactors }: AuthContext): Promise<boolean> {
    return secondFactors.isEnrolled(id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "How many recovery codes are left, of ten. The person's own only.",
  })
  recoveryCodesLeft(@Root() { id }: User, @Ctx() { secondFactors }: AuthContext): Promise<number> {
    return secondFactors.recoveryCodesLeft(id);
  }

  @Mutation(() => TotpEnrollment, {
    description:
      "Begins to set up an authenticator app (RFC 6238), in place of a set-up that was begun before. " +
      "It counts once confirmTotpEnrollment has seen a code, within 15 minutes. In person only.",
  })
  @Audited({ action: "totp.start-enrollment" })
  @SignedIn()
  startTotpEnrollment(@Ctx() { secondFactors }: AuthContext): Promise<TotpEnrollment> {
    return secondFactors.startEnrollment();
  }

  @Mutation(() => [String], {
    description:
      "Makes the authenticator app a second factor: signing in takes a code of it from now on. " +
      "Returns ten recovery codes, shown once; each stands in for a code once. In person only.",
  })
  @Audited({ action: "totp.confirm-enrollment" })
  @SignedIn()
  confirmTotpEnrollment(
    @Arg("otp", () => String, { description: "The six digits that the app shows." }) otp: string,
    @Ctx() { secondFactors }: AuthContext,
  ): Promise<string[]> {
    return secondFactors.confirmEnrollment(otp);
  }

  @Mutation(() => Boolean, {
    description: "Takes the second factor and its recovery codes away. In person only.",
  })
  @Audited({ action: "totp.disable" })
  @SignedIn()
  disableTotp(
    @Arg("password", () => String, { description: "The caller's." }) password: string,
    @Arg("otp", () => String, { description: "A code of the app, or a recovery code." }) otp: string,
    @Ctx() { secondFactors }: AuthContext,
  ): Promise<boolean> {
    return secondFactors.disable(password, otp);
  }

  @Mutation(() => [String], {
    description: "Returns ten new recovery codes, shown once; the earlier ones are worth nothing. In person only.",
  })
  @Audited({ action: "recovery-codes.regenerate" })
  @SignedIn()
  regenerateRecoveryCodes(
    @Arg("otp", () => String, { description: "A code of the app, or one of the earlier recovery codes." }) otp: string,
    @Ctx() { secondFactors }: AuthContext,
  ): Promise<string[]> {
    return secondFactors.regenerateRecoveryCodes(otp);
  }
}
