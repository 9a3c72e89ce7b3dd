import { Audited, Permits } from "@supergraph/subgraph";
import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import type { AuthContext } from "../context.js";
import { SigningKey } from "./signing-key.type.js";

@Resolver(() => SigningKey)
export class SigningKeyResolver {
  @Query(() => [SigningKey], { description: "All signing keys, newest first. Takes signing-keys:manage." })
  @Permits("signing-keys:manage")
  signingKeys(@Ctx() { signingKeys }: AuthContext): Promise<SigningKey[]> {
    return signingKeys.list();
  }

  @Mutation(() => SigningKey, {
    description:
      "Publishes a new signing key, which signs some 10 seconds later; nobody is signed out. Takes signing-keys:manage, in person.",
  })
  @Audited({ action: "signing-key.rotate", entityType: "SigningKey" })
  @Permits("signing-keys:manage")
  rotateSigningKey(
    @Arg("reason", () => String, { description: "For the audit log; 1 to 500 characters." }) reason: string,
    @Ctx() { signingKeys }: AuthContext,
  ): Promise<SigningKey> {
    return signingKeys.rotate(reason);
  }

  @Mutation(() => SigningKey, {
    description:
      "For a key that has leaked: its tokens are refused within 5 seconds, a new key signs at once, and clients have to refresh. Takes signing-keys:manage, in person.",
  })
  @Audited({ action: "signing-key.revoke", entityType: "SigningKey", target: "kid" })
  @Permits("signing-keys:manage")
  revokeSigningKey(
    @Arg("kid", () => String, { description: "As `signingKeys` lists it." }) kid: string,
    @Arg("reason", () => String, { description: "For the audit log; 1 to 500 characters." }) reason: string,
    @Ctx() { signingKeys }: AuthContext,
  ): Promise<SigningKey> {
    return signingKeys.revoke(kid, reason);
  }
}
