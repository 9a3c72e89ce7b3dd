import type { Connection } from "@supergraph/persistence";
import { Audited, ForwardPageArguments, Permits } from "@supergraph/subgraph";
import { Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { AuditEvent } from "../audit-event/audit-event.type.js";
import { AuditAlert, AuditAlertConnection } from "./alert.type.js";

@Resolver(() => AuditAlert)
export class AlertResolver {
  @Query(() => AuditAlertConnection, {
    description: "What rules found suspicious in the audit log, newest first. Takes the permission audit:read.",
  })
  @Audited({ action: "audit.read" })
  @Permits("audit:read")
  auditAlerts(
    @Args(() => ForwardPageArguments) page: ForwardPageArguments,
    @Ctx() { alerts }: AuditContext,
  ): Promise<Connection<AuditAlert>> {
    return alerts.list(page);
  }

  @FieldResolver(() => AuditEvent, {
    nullable: true,
    description: "The event `alert.raised` that records it; null once the log keeps it no longer.",
  })
  event(@Root() { id }: AuditAlert, @Ctx() { auditEvents }: AuditContext): Promise<AuditEvent | null> {
    return auditEvents.byId(id);
  }
}
