import type { Connection } from "@supergraph/persistence";
import { Audited, PageArgumentsInput, SignedIn } from "@supergraph/subgraph";
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, ID, Info, Query, Resolver } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { AuditEventFilter, AuditOrder } from "./audit-event.input.js";
import { AuditEvent, AuditEventConnection } from "./audit-event.type.js";
import { AuditCount, AuditGroup, MAXIMUM_COUNTS } from "./audit-statistics.type.js";

@Resolver(() => AuditEvent)
export class AuditEventResolver {
  @Query(() => AuditEventConnection, {
    description:
      "The audit log. Takes the permission audit:read; everybody may read what they did themselves, with their own id as filter.userId.",
  })
  @Audited({ action: "audit.read" })
  @SignedIn()
  auditEvents(
    @Arg("filter", () => AuditEventFilter, {
      nullable: true,
      description: "All that the caller may read unless told; without audit:read it takes a userId, the caller's.",
    })
    filter: AuditEventFilter | null,
    @Arg("order", () => AuditOrder, {
      nullable: true,
      defaultValue: AuditOrder.NEWEST_FIRST,
      description: "By the moment that it happened.",
    })
    order: AuditOrder | null,
    @Args(() => PageArgumentsInput) page: PageArgumentsInput,
    @Info() info: GraphQLResolveInfo,
    @Ctx() { auditEvents }: AuditContext,
  ): Promise<Connection<AuditEvent>> {
    return auditEvents.list({ filter, page, order: order ?? AuditOrder.NEWEST_FIRST }, info);
  }

  @Query(() => AuditEvent, {
    nullable: true,
    description:
      "One event; null when there is none, or none that you may read: with audit:read any, else your own acts.",
  })
  @Audited({ action: "audit.read", entityType: "AuditEvent", target: "id" })
  @SignedIn()
  auditEvent(
    @Arg("id", () => ID, { description: "The event's UUID; anything else finds none." }) id: string,
    @Ctx() { auditEvents }: AuditContext,
  ): Promise<AuditEvent | null> {
    return auditEvents.find(id);
  }

  @Query(() => [AuditCount], {
    description: `How many events the filter finds, by what they have in common: the largest numbers first, hours and days in the order of time. ${MAXIMUM_COUNTS} at most: of more, the smallest are left out, and the earliest hours and days. Takes the permission audit:read; everybody may count what they did themselves, with their own id as filter.userId.`,
  })
  @Audited({ action: "audit.read" })
  @SignedIn()
  auditStatistics(
    @Arg("filter", () => AuditEventFilter, {
      nullable: true,
      description: "Which are counted: all unless told; without audit:read it takes a userId, the caller's.",
    })
    filter: AuditEventFilter | null,
    @Arg("groupBy", () => AuditGroup, { description: "What those that are counted together have in common." })
    groupBy: AuditGroup,
    @Info() info: GraphQLResolveInfo,
    @Ctx() { auditEvents }: AuditContext,
  ): Promise<AuditCount[]> {
    return auditEvents.count(filter, groupBy, info);
  }
}
