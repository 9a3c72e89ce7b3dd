import type { Connection } from "@supergraph/persistence";
import { Audited, GraphQLJSON, PageArgumentsInput, Permits, SignedIn } from "@supergraph/subgraph";
import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import type { UsersContext } from "../context.js";
import { CreateUserInput, UpdateUserInput, UserFilter, UserOrder } from "./user.input.js";
import { ErasureReceipt, User, UserConnection } from "./user.type.js";

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
  email(@Root() user: User, @Ctx() { users }: UsersContext): string | null {
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

  @Mutation(() => User, {
    description: "Makes a person, who is written a mail with which to set a password. Takes users:create.",
  })
  @Audited({ action: "user.create" })
  @Permits("users:create")
  createUser(
    @Arg("input", () => CreateUserInput, { description: "Who they are." }) input: CreateUserInput,
    @Ctx() { users }: UsersContext,
  ): Promise<User> {
    return users.create(input);
  }

  @Mutation(() => User, {
    description: "Keeps a person from signing in, and ends every session of theirs. Takes users:suspend.",
  })
  @Audited({ action: "user.suspend", entityType: "User", target: "id" })
  @Permits("users:suspend")
  suspendUser(
    @Arg("id", () => ID, { description: "Whom: a UUID. LAST_ADMINISTRATOR when nobody else is left." }) id: string,
    @Arg("reason", () => String, { description: "For the audit log: 1 to 500 characters." }) reason: string,
    @Ctx() { users }: UsersContext,
  ): Promise<User> {
    return users.suspend(id, reason);
  }

  @Mutation(() => User, {
    description:
      "Lets a suspended or deleted person sign in again; one deleted, as an ordinary user. Takes users:suspend.",
  })
  @Audited({ action: "user.reactivate", entityType: "User", target: "id" })
  @Permits("users:suspend")
  reactivateUser(
    @Arg("id", () => ID, { description: "Whom: a UUID. USER_ERASED when nothing of them is left." }) id: string,
    @Ctx() { users }: UsersContext,
  ): Promise<User> {
    return users.reactivate(id);
  }

  @Mutation(() => User, {
    description:
      "Ends a person's sessions, API keys and roles; `reactivateUser` can restore the record. Oneself, or with users:delete.",
  })
  @Audited({ action: "user.delete", entityType: "User", target: "id" })
  @Permits("users:delete", "users:delete:own")
  deleteUser(
    @Arg("id", () => ID, { description: "Whom: a UUID. LAST_ADMINISTRATOR when nobody else is left." }) id: string,
    @Ctx() { users }: UsersContext,
  ): Promise<User> {
    return users.delete(id);
  }

  @Mutation(() => ErasureReceipt, {
    description:
      "Removes a person's data from every service for good, and makes it unreadable in the audit log. Takes users:erase.",
  })
  @Audited({ action: "user.erase", entityType: "User", target: "id" })
  @Permits("users:erase")
  eraseUser(
    @Arg("id", () => ID, { description: "Whose: a UUID. Once erased, it brings the first receipt again." }) id: string,
    @Arg("reason", () => String, { description: "For the audit log, without personal data: 1 to 500 characters." })
    reason: string,
    @Ctx() { users }: UsersContext,
  ): Promise<ErasureReceipt> {
    return users.erase(id, reason);
  }

  @Mutation(() => GraphQLJSON, {
    description: "Everything that every service holds on a person. One's own, or with users:export.",
  })
  @Audited({ action: "user.export", entityType: "User", target: "id" })
  @Permits("users:export", "users:export:own")
  exportUserData(
    @Arg("id", () => ID, { description: "Whose: a UUID." }) id: string,
    @Ctx() { users }: UsersContext,
  ): Promise<unknown> {
    return users.exportData(id);
  }
}
