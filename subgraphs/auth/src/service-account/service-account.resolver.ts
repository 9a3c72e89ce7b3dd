import { Audited, Permits } from "@supergraph/subgraph";
import { Arg, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import type { AuthContext } from "../context.js";
import { ServiceAccountInput } from "./service-account.input.js";
import { ServiceAccount, ServiceAccountCredentials } from "./service-account.type.js";

const ID_DESCRIPTION = "As `serviceAccounts` lists it: a UUID.";

@Resolver(() => ServiceAccount)
export class ServiceAccountResolver {
  @Query(() => [ServiceAccount], {
    description: "All service accounts, by name, disabled ones included. Takes service-accounts:manage.",
  })
  @Permits("service-accounts:manage")
  serviceAccounts(@Ctx() { serviceAccounts }: AuthContext): Promise<ServiceAccount[]> {
    return serviceAccounts.list();
  }

  @Mutation(() => ServiceAccountCredentials, {
    description: "Makes a machine's account. Takes service-accounts:manage, and every permission that it holds.",
  })
  @Audited({ action: "service-account.create" })
  @Permits("service-accounts:manage")
  createServiceAccount(
    @Arg("input", () => ServiceAccountInput, { description: "What it is called, and what it may do." })
    input: ServiceAccountInput,
    @Ctx() { serviceAccounts }: AuthContext,
  ): Promise<ServiceAccountCredentials> {
    return serviceAccounts.create(input);
  }

  @Mutation(() => ServiceAccountCredentials, {
    description: "Gives it another secret; the old one, and its tokens, end. Takes every permission that it holds.",
  })
  @Audited({ action: "service-account.rotate-secret", entityType: "ServiceAccount", target: "id" })
  @Permits("service-accounts:manage")
  rotateServiceAccountSecret(
    @Arg("id", () => ID, { description: ID_DESCRIPTION }) id: string,
    @Ctx() { serviceAccounts }: AuthContext,
  ): Promise<ServiceAccountCredentials> {
    return serviceAccounts.rotateSecret(id);
  }

  @Mutation(() => ServiceAccount, {
    description: "Ends it for good, its tokens within seconds. Takes service-accounts:manage.",
  })
  @Audited({ action: "service-account.disable", entityType: "ServiceAccount", target: "id" })
  @Permits("service-accounts:manage")
  disableServiceAccount(
    @Arg("id", () => ID, { description: ID_DESCRIPTION }) id: string,
    @Ctx() { serviceAccounts }: AuthContext,
  ): Promise<ServiceAccount> {
    return serviceAccounts.disable(id);
  }
}
