import type { SubgraphContext } from "@supergraph/subgraph";
import type { AuditEventService } from "./audit-event/audit-event.service.js";

export interface AuditContext extends SubgraphContext {
  readonly auditEvents: AuditEventService;
}
