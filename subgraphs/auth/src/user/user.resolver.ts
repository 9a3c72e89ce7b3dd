import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { AuthContext } from "../context.js";
import { Role } from "../role/role.type.js";
import { Session } from "../session/session.type.js";
import { User } from "./user.type.js";

@Resolver(() => User)
export class UserResolver {
  @FieldResolver(() => [Role], {
    nullable: true,
    description: "What they have been given, which decides what they may do. One's own, or with roles:read.",
  })
  roles(@Root() { id }: User, @Ctx() { grants }: AuthContext): Promise<Role[]> {
    return grants.rolesOf(id);
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description: "All that the roles hold. One's own, or with roles:read.",
  })
  permissions(@Root() { id }: User, @Ctx() { grants }: AuthContext): Promise<string[]> {
    return grants.permissionsOf(id);
  }

  @FieldResolver(() => [Session], {
    nullable: true,
    description: "Live ones, newest first. The person's own, or with sessions:read.",
  })
  sessions(@Root() { id }: User, @Ctx() { sessions }: AuthContext): Promise<Session[]> {
    return sessions.ofUser(id);
  }

  @FieldResolver(() => Boolean, {
    description: "Whether they have shown that mails to their e-mail address reach them.",
  })
  async emailVerified(@Root() { id }: User, @Ctx() { loaders }: AuthContext): Promise<boolean> {
    return (await loaders.verifiedEmails.load(id)) !== null;
  }
}
