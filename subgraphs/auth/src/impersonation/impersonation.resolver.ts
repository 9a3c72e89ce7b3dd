import { Audited, Permits } from "@supergraph/subgraph";
import { Arg, Ctx, ID, Int, Mutation, Resolver } from "type-graphql";
import type { AuthContext } from "../context.js";
import { AuthPayload } from "../session/session.type.js";

@Resolver()
export class ImpersonationResolver {
  @Mutation(() => AuthPayload, {
    description:
      "Opens a session of another person, to see what they see; never of who holds more than the caller. They see it " +
      "among their sessions and may end it; the audit log names both. Takes users:impersonate, in person.",
  })
  @Audited({ action: "user.impersonate", entityType: "User", target: "userId" })
  @Permits("users:impersonate")
  impersonate(
    @Arg("userId", () => ID, { description: "Who: a UUID. Not the caller, and nobody whose account is not active." })
    userId: string,
    @Arg("reason", () => String, { description: "1 to 500 characters, for the audit log." }) reason: string,
    @Arg("minutes", () => Int, {
      defaultValue: 15,
      description: "1 to 60. The session ends then; refreshing it changes nothing about that.",
    })
    minutes: number,
    @Ctx() { impersonations }: AuthContext,
  ): Promise<AuthPayload> {
    return impersonations.impersonate(userId, reason, minutes);
  }
}
