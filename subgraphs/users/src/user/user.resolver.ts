import type { Connection } from "@supergraph/persistence";
import { Audited, GraphQLJSON, PageArgumentsInput, Permits, SignedIn } from "@supergraph/subgraph";
import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { UsersContext } from "../context.js";
import { UpdateUserInput, UserFilter, UserOrder } from "./user.input.js";
import { User, UserConnection } from "./user.type.js";

@Resolver(() => User)
export class UserResolver {
  @Query(() => User, { nullable: true, description: "Who calls." })
  @SignedIn()
  me(@Ctx() { users }: UsersContext): Promise<User | null> {
    return users.me();
  }

  @Query(() => User, { nullable: true, description: "A person by id; null when there is none." })
  @SignedIn()
  user(
    @Arg("id", () => ID, { description: "The person's UUID; anything else finds nobody." }) id: string,
    @Ctx() { users }: UsersContext,
  ): Promise<User | null> {
    return users.find(id);
  }

  @Query(() => UserConnection, { description: "People, oldest account first unless told. Takes users:read." })
  @Permits("users:read")
  users(
    @Arg("filter", () => UserFilter, { nullable: true, description: "Everybody but the deleted unless told." })
    filter: UserFilter | null,
    @Arg("orderBy", () => UserOrder, { nullable: true, description: "By CREATED_AT, upwards, unless told." })
    orderBy: UserOrder | null,
    @Args(() => PageArgumentsInput) page: PageArgumentsInput,
    @Ctx() { users }: UsersContext,
  ): Promise<Connection<User>> {
    return users.list(filter, orderBy, page);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Where they are written to, and what they sign in with. One's own, or with users:read.",
  })
  email(@Root() user: User, @Ctx() { users }: UsersContext): string {
    return users.emailOf(user);
  }

  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: "What the person's own clients keep, in a form of their own. Only the person may read them.",
  })
  settings(@Root() user: User, @Ctx() { users }: UsersContext): unknown {
    return users.settingsOf(user);
  }

  @Mutation(() => User, { description: "Changes a person's record: one's own, or with users:update." })
  @Audited({ action: "user.update", entityType: "User", target: "id" })
  @Permits("users:update", "users:update:own")
  updateUser(
    @Arg("id", () => ID, { description: "Whose record changes: a UUID." }) id: string,
    @Arg("input", () => UpdateUserInput, { description: "What it leaves out stays." }) input: UpdateUserInput,
    @Arg("expectedVersion", () => Int, {
      nullable: true,
      description: "The `version` that was read; STALE_VERSION when it has changed since.",
    })
    expectedVersion: number | undefined,
    @Ctx() { users }: UsersContext,
  ): Promise<User> {
    return users.update(id, input, expectedVersion ?? undefined);
  }
}
