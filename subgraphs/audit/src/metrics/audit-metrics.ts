import { metrics } from "@opentelemetry/api";
import type { OutboxState } from "../outbox/outbox.repository.js";

export type DeliveryOutcome = "delivered" | "failed" | "given_up";

/** Bounds of the histogram of seconds until an event is sealed; a second is what is promised. */
const DELAY_BOUNDARIES = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** What the service tells of itself, through whatever the process exports metrics by. */
export class AuditMetrics {
  /** As they were last seen; gauges are read from here whenever somebody asks. */
  outboxes: readonly OutboxState[] = [];

  readonly #meter = metrics.getMeter("@supergraph/audit");
  readonly #sealed = this.#meter.createCounter("audit_sealed_events_total", {
    description: "Events that this replica has sealed in the log.",
  });
  readonly #delay = this.#meter.createHistogram("audit_seal_delay_seconds", {
    description: "From the moment that an event happened to its sealing.",
    unit: "s",
    advice: { explicitBucketBoundaries: DELAY_BOUNDARIES },
  });
  readonly #alerts = this.#meter.createCounter("audit_alerts_total", {
    description: "Alerts that this replica has raised, by rule.",
  });
  readonly #deliveries = this.#meter.createCounter("audit_webhook_deliveries_total", {
    description: "Attempts to deliver an alert to the webhook, by outcome: delivered, failed, given_up.",
  });
  readonly #problems = this.#meter.createGauge("audit_verification_problems", {
    description: "What this replica's last check of the log found that is not as it was signed.",
  });

  constructor() {
    const depth = this.#meter.createObservableGauge("audit_outbox_depth", {
      description: "Events that wait in a service's outbox to be sealed; a million at most.",
    });
    const oldest = this.#meter.createObservableGauge("audit_outbox_oldest_seconds", {
      description: "The age of the oldest event in a service's outbox; 0 when it is empty.",
      unit: "s",
    });
    this.#meter.addBatchObservableCallback(
      (result) => {
        for (const { service, ...state } of this.outboxes) {
          result.observe(depth, state.depth, { service });
          result.observe(oldest, state.oldestSeconds, { service });
        }
      },
      [depth, oldest],
    );
  }

  sealed(events: readonly { occurred_at: string }[], sealedAt: string): void {
    const moment = Date.parse(sealedAt);
    this.#sealed.add(events.length);
    for (const { occurred_at } of events) {
      // Clocks of services differ: nothing is sealed before it happened.
      this.#delay.record(Math.max(moment - Date.parse(occurred_at), 0) / 1_000);
    }
  }

  alertRaised(rule: string): void {
    this.#alerts.add(1, { rule });
  }

  webhookDelivery(outcome: DeliveryOutcome): void {
    this.#deliveries.add(1, { outcome });
  }

  verified(problems: number): void {
    this.#problems.record(problems);
  }
}
