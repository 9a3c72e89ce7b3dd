import { Audited, Permits, SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import type { AuthContext } from "../context.js";
import { ApiKeyInput } from "./api-key.input.js";
import { ApiKey, CreatedApiKey } from "./api-key.type.js";

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  @Query(() => [ApiKey], { description: "API keys, newest first: the caller's own, or with api-keys:read another's." })
  @Permits("api-keys:read", "api-keys:read:own")
  apiKeys(
    @Arg("userId", () => ID, { nullable: true, description: "Whose; left out, the caller's own." })
    userId: string | null,
    @Ctx() { apiKeys }: AuthContext,
  ): Promise<ApiKey[]> {
    return apiKeys.list(userId);
  }

  @Mutation(() => CreatedApiKey, {
    description: "Makes an API key of the caller's. Only in person: no API key, and nobody who impersonates them.",
  })
  @Audited({ action: "api-key.create" })
  @SignedIn()
  createApiKey(
    @Arg("input", () => ApiKeyInput, { description: "What it is called, and what it may do." }) input: ApiKeyInput,
    @Ctx() { apiKeys }: AuthContext,
  ): Promise<CreatedApiKey> {
    return apiKeys.create(input);
  }

  @Mutation(() => ApiKey, {
    description: "Ends an API key, within 5 seconds everywhere: one of the caller's own, or with api-keys:revoke.",
  })
  @Audited({ action: "api-key.revoke", entityType: "ApiKey", target: "id" })
  @Permits("api-keys:revoke", "api-keys:revoke:own")
  revokeApiKey(
    @Arg("id", () => ID, { description: "As `apiKeys` lists it; API_KEY_NOT_FOUND when it was revoked already." })
    id: string,
    @Ctx() { apiKeys }: AuthContext,
  ): Promise<ApiKey> {
    return apiKeys.revoke(id);
  }
}
