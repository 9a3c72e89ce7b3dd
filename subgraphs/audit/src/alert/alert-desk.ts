import type { AuditTarget, AuditTrail } from "@supergraph/audit-trail";
import { newId, type Database } from "@supergraph/persistence";
import { serviceIdentity, type Logger } from "@supergraph/service";
import type { AuditMetrics } from "../metrics/audit-metrics.js";
import type { AlertRepository } from "./alert.repository.js";
import type { WebhookDeliveryRepository } from "./webhook/webhook-delivery.repository.js";

/** What is suspicious. */
export interface Suspicion {
  rule: string;
  message: string;
  target: AuditTarget;
  count: number;
  seconds: number;
  /** The leaves between which the events stand; null when it is about none that is sealed. */
  leaves: { first: number; last: number } | null;
}

export interface AlertDeskParts {
  database: Database;
  alerts: AlertRepository;
  /** Undefined: alerts are sent nowhere. */
  deliveries: WebhookDeliveryRepository | undefined;
  audit: AuditTrail;
  metrics: AuditMetrics;
  log: Logger;
}

/** Raises alerts. */
export class AlertDesk {
  constructor(private readonly use: AlertDeskParts) {}

  /**
   * Writes the alert, its event and what is to be sent of it in the current unit of work, and tells the log stream and
   * the metrics once that has committed. The event is in an outbox then: an alert that nothing is sealed gets out.
   */
  async raise({ rule, message, target, count, seconds, leaves }: Suspicion): Promise<void> {
    const { database, alerts, deliveries, audit, metrics, log } = this.use;
    const id = newId();
    const facts = {
      rule,
      count,
      window_seconds: seconds,
      first_leaf: leaves?.first ?? null,
      last_leaf: leaves?.last ?? null,
    };
    await alerts.insert({ id, message, target_type: target.type, target_id: target.id, ...facts });
    await audit.record({
      action: "alert.raised",
      identity: serviceIdentity("audit"),
      path: "alerts",
      details: { eventId: id, actor: { type: "system", label: "audit" }, target, metadata: { ...facts, message } },
    });
    await deliveries?.add(id);
    await database.afterCommit(() => {
      metrics.alertRaised(rule);
      log.warn({ kind: "alert", alert_id: id, target_type: target.type, target_id: target.id, ...facts }, message);
      return Promise.resolve();
    });
  }
}
