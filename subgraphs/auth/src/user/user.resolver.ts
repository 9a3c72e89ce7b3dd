import { Ctx, FieldResolver, Query, Resolver, Root, Field, Int, ObjectType } from "type-graphql";
import { Public } from "@supergraph/subgraph";
import { MAXIMUM_BYTES } from "../account/password.js";
import { MINIMUM_BYTES } from "../account/password-policy.js";
import type { AuthContext } from "../context.js";
import { Role } from "../role/role.type.js";
import { Session } from "../session/session.type.js";
import { User } from "./user.type.js";

@ObjectType({ description: "How long a password must be, in bytes of UTF-8." })
export class PasswordPolicy {
  @Field(() => Int, { description: "A shorter one is refused." }) minimumBytes!: number;
  @Field(() => Int, { description: "A longer one is refused; a character outside ASCII takes 2 to 4." })
  maximumBytes!: number;
}

@Resolver(() => User)
export class UserResolver {
  @Query(() => PasswordPolicy, { description: "What a password must be, in bytes of UTF-8." })
  @Public()
  passwordPolicy(): PasswordPolicy {
    return { minimumBytes: MINIMUM_BYTES, maximumBytes: MAXIMUM_BYTES };
  }

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
