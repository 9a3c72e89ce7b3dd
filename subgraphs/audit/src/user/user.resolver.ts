import type { Connection } from "@supergraph/persistence";
import { ForwardPageArguments } from "@supergraph/subgraph";
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, Directive, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { AuditEventFilter } from "../audit-event/audit-event.input.js";
import { AuditEventConnection, type AuditEvent } from "../audit-event/audit-event.type.js";
import { User } from "./user.type.js";

@Resolver(() => User)
export class UserResolver {
  @Directive("@authenticated")
  @FieldResolver(() => AuditEventConnection, {
    description: "What this person did, newest first. Takes the permission audit:read, or being the person.",
  })
  auditEvents(
    @Root() { id }: User,
    @Arg("filter", () => AuditEventFilter, { nullable: true, description: "Which of them; all unless told." })
    filter: AuditEventFilter | null,
    @Args(() => ForwardPageArguments) page: ForwardPageArguments,
    @Info() info: GraphQLResolveInfo,
    @Ctx() { auditEvents }: AuditContext,
  ): Promise<Connection<AuditEvent>> {
    return auditEvents.ofUser(id, { filter, page }, info);
  }
}
