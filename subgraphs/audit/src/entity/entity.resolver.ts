import type { Connection } from "@supergraph/persistence";
import { ForwardPageArguments } from "@supergraph/subgraph";
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { AuditEventFilter } from "../audit-event/audit-event.input.js";
import { AuditEventConnection, type AuditEvent } from "../audit-event/audit-event.type.js";
import { Entity } from "./entity.type.js";

@Resolver(() => Entity)
export class EntityResolver {
  // No @requiresScopes here: composition refuses it on an interface object. The service asks for the permission.
  @FieldResolver(() => AuditEventConnection, {
    description: "What was done to this entity, newest first. Takes the permission audit:read.",
  })
  auditEvents(
    @Root() { id }: Entity,
    @Arg("filter", () => AuditEventFilter, { nullable: true, description: "Which of them; all unless told." })
    filter: AuditEventFilter | null,
    @Args(() => ForwardPageArguments) page: ForwardPageArguments,
    @Info() info: GraphQLResolveInfo,
    @Ctx() { auditEvents }: AuditContext,
  ): Promise<Connection<AuditEvent>> {
    return auditEvents.ofEntity(id, { filter, page }, info);
  }
}
