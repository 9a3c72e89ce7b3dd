import type { AuditTrail } from "@supergraph/audit-trail";
import { CursorCodec, type Database } from "@supergraph/persistence";
import { repeatUntilStopped, type Logger } from "@supergraph/service";
import type { AuditMetrics } from "../metrics/audit-metrics.js";
import { OutboxRepository } from "../outbox/outbox.repository.js";
import { OutboxWatch } from "../outbox/outbox-watch.js";
import type { AuditSettings } from "../settings.js";
import { AlertDesk } from "./alert-desk.js";
import { AlertWatch } from "./alert-watch.js";
import { AlertWindowRepository } from "./alert-window.repository.js";
import { AlertRepository } from "./alert.repository.js";
import { WatchedEventRepository } from "./watched-event.repository.js";
import { WebhookDeliveryRepository } from "./webhook/webhook-delivery.repository.js";
import { WebhookSender } from "./webhook/webhook-sender.js";
import { webhookOf } from "./webhook/webhook-settings.js";

const LOOK_EVERY_MS = 1_000;
const OUTBOXES_EVERY_MS = 5_000;
const SEND_EVERY_MS = 1_000;
/** So many attempts to deliver may wait for an answer at once: one that gets none holds up no other alert. */
const SENDING_AT_ONCE = 4;

export interface AlertingParts {
  database: Database;
  settings: Pick<
    AuditSettings,
    "GATEWAY_SECRET" | "AUDIT_ALERT_RULES" | "AUDIT_ALERT_WEBHOOK_URL" | "AUDIT_ALERT_WEBHOOK_SECRET"
  >;
  audit: AuditTrail;
  metrics: AuditMetrics;
  log: Logger;
}

/** Alerts on what is suspicious: raising them, sending them, and reading those that were raised. */
export class Alerting {
  readonly alerts: AlertRepository;
  readonly watch: AlertWatch;
  readonly outboxes: OutboxWatch;
  /** Undefined: there is no webhook. */
  readonly sender: WebhookSender | undefined;
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly use: AlertingParts) {
    const { database, settings, audit, metrics, log } = use;
    const thresholds = settings.AUDIT_ALERT_RULES;
    const webhook = webhookOf(settings);
    const deliveries = new WebhookDeliveryRepository(database);
    const windows = new AlertWindowRepository(database);
    const events = new WatchedEventRepository(database);
    this.alerts = new AlertRepository(database, new CursorCodec(settings.GATEWAY_SECRET));
    const desk = new AlertDesk({
      database,
      alerts: this.alerts,
      deliveries: webhook && deliveries,
      audit,
      metrics,
      log,
    });
    const outboxes = new OutboxRepository(database);
    this.watch = new AlertWatch({ database, windows, events, desk, thresholds });
    this.outboxes = new OutboxWatch({ database, outboxes, windows, desk, metrics, thresholds });
    this.sender = webhook && new WebhookSender({ deliveries, webhook, metrics, log });
  }

  /** Each by itself: a webhook that is slow, or a log that is not sealed, holds up nothing else. */
  start(): void {
    const { signal } = this.#stopping;
    const { sender } = this;
    const repeat = (work: () => Promise<void>, everyMs: number) =>
      repeatUntilStopped(work, everyMs, signal, this.use.log);
    this.#running = Promise.all([
      repeat(() => this.watch.lookOn(signal), LOOK_EVERY_MS),
      repeat(() => this.outboxes.look(), OUTBOXES_EVERY_MS),
      ...Array.from({ length: sender ? SENDING_AT_ONCE : 0 }, () =>
        repeat(async () => sender?.sendDue(signal), SEND_EVERY_MS),
      ),
    ]);
  }

  /** What is being sent is broken off, and sent again by whoever comes next. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}
