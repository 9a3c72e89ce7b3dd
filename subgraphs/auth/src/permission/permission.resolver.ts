import { Permits, SignedIn } from "@supergraph/subgraph";
import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import type { AuthContext } from "../context.js";
import { Permission } from "./permission.type.js";

@Resolver(() => Permission)
export class PermissionResolver {
  @Query(() => [Permission], {
    description: "All that can be granted, on the entity types that there are as well. Takes roles:read.",
  })
  @Permits("roles:read")
  permissions(@Ctx() { permissions }: AuthContext): Promise<Permission[]> {
    return permissions.list();
  }

  @Query(() => Boolean, {
    description: "Whether a person holds a permission now: about oneself, or with roles:read about anybody.",
  })
  @SignedIn()
  can(
    @Arg("userId", () => ID, { description: "Who: a UUID." }) userId: string,
    @Arg("permission", () => String, {
      description: "As `permissions` lists it, e.g. Product:read; false when there is none of this name.",
    })
    permission: string,
    @Ctx() { permissions }: AuthContext,
  ): Promise<boolean> {
    return permissions.can(userId, permission);
  }
}
