import { connectionOf, type Connection, type PageArguments } from "@supergraph/persistence";
import type { AlertRepository, AlertRow } from "./alert.repository.js";
import type { AuditAlert } from "./alert.type.js";

/** Reads alerts, for who may read the log. */
export class AlertService {
  constructor(private readonly alerts: AlertRepository) {}

  /** Newest first. @throws SystemError INVALID_PAGE, INVALID_CURSOR */
  async list(page: PageArguments): Promise<Connection<AuditAlert>> {
    return connectionOf(await this.alerts.page(page), toAlert);
  }
}

function toAlert(row: AlertRow): AuditAlert {
  return {
    id: row.id,
    rule: row.rule,
    raisedAt: row.raised_at,
    message: row.message,
    target: { type: row.target_type, id: row.target_id, label: null, version: null },
    count: row.count,
    windowSeconds: row.window_seconds,
    firstLeaf: row.first_leaf,
    lastLeaf: row.last_leaf,
  };
}
