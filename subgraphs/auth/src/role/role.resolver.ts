import { Audited, Permits } from "@supergraph/subgraph";
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { AuthContext } from "../context.js";
import { User } from "../user/user.type.js";
import { RoleInput } from "./role.input.js";
import { Role } from "./role.type.js";

@Resolver(() => Role)
export class RoleResolver {
  @Query(() => [Role], { description: "All roles, by name. Takes roles:read." })
  @Permits("roles:read")
  roles(@Ctx() { roles }: AuthContext): Promise<Role[]> {
    return roles.list();
  }

  @FieldResolver(() => Int, { description: "How many people hold it." })
  async userCount(@Root() { id }: Role, @Ctx() { loaders }: AuthContext): Promise<number> {
    return Number((await loaders.roleUsers.load(id))?.count ?? 0);
  }

  @Mutation(() => Role, { description: "Makes a role. Takes roles:manage, and every permission that it holds." })
  @Audited({ action: "role.create" })
  @Permits("roles:manage")
  createRole(
    @Arg("input", () => RoleInput, { description: "What it is called, and what its holders may do." }) input: RoleInput,
    @Ctx() { roles }: AuthContext,
  ): Promise<Role> {
    return roles.create(input);
  }

  @Mutation(() => Role, {
    description:
      "Changes a role, for all its holders within 5 seconds. Takes roles:manage, and every permission put in or out.",
  })
  @Audited({ action: "role.update", entityType: "Role", target: "id" })
  @Permits("roles:manage")
  updateRole(
    @Arg("id", () => ID, { description: "As `roles` lists it; a built-in one can't be renamed, nor admin changed." })
    id: string,
    @Arg("input", () => RoleInput, {
      description: "All that the role is from now on; its description may be left out.",
    })
    input: RoleInput,
    @Arg("expectedVersion", () => Int, {
      nullable: true,
      description: "The version that was changed; STALE_VERSION when it is another by now.",
    })
    expectedVersion: number | undefined,
    @Ctx() { roles }: AuthContext,
  ): Promise<Role> {
    return roles.update(id, input, expectedVersion ?? undefined);
  }

  @Mutation(() => Role, {
    description: "Deletes a role and takes it from its holders. Takes roles:manage, and every permission of the role.",
  })
  @Audited({ action: "role.delete", entityType: "Role", target: "id" })
  @Permits("roles:manage")
  deleteRole(
    @Arg("id", () => ID, { description: "As `roles` lists it; a built-in one can't be deleted." }) id: string,
    @Ctx() { roles }: AuthContext,
  ): Promise<Role> {
    return roles.delete(id);
  }

  @Mutation(() => User, { description: "Gives a person a role. Takes roles:assign, and every permission of the role." })
  @Audited({ action: "role.assign", entityType: "User", target: "userId" })
  @Permits("roles:assign")
  assignRole(
    @Arg("userId", () => ID, { description: "Who is given it: a UUID." }) userId: string,
    @Arg("roleId", () => ID, { description: "As `roles` lists it; giving it twice changes nothing." }) roleId: string,
    @Ctx() { roles }: AuthContext,
  ): Promise<{ id: string }> {
    return roles.assign(userId, roleId);
  }

  @Mutation(() => User, { description: "Takes a role from a person. The last administrator keeps theirs." })
  @Audited({ action: "role.unassign", entityType: "User", target: "userId" })
  @Permits("roles:assign")
  unassignRole(
    @Arg("userId", () => ID, { description: "Who loses it: a UUID." }) userId: string,
    @Arg("roleId", () => ID, { description: "As `roles` lists it; one that they don't hold changes nothing." })
    roleId: string,
    @Ctx() { roles }: AuthContext,
  ): Promise<{ id: string }> {
    return roles.unassign(userId, roleId);
  }
}
