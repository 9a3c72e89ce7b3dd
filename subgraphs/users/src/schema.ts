import { buildStaticSchema, type StaticSchema } from "@supergraph/subgraph";
import type { UsersContext } from "./context.js";
import { UserResolver } from "./user/user.resolver.js";

/** The users subgraph's part of the supergraph. */
export function usersSchema(): Promise<StaticSchema> {
  return buildStaticSchema<UsersContext>({
    resolvers: [UserResolver],
    references: { User: ({ id }, { users }) => users.find(id) },
  });
}
