import type { Logger } from "@supergraph/service";
import type { AuditMetrics } from "../../metrics/audit-metrics.js";
import type { DueDelivery, WebhookDeliveryRepository } from "./webhook-delivery.repository.js";
import { webhookBody, webhookHeaders } from "./webhook-message.js";
import type { Webhook } from "./webhook-settings.js";

const TIMEOUT_MS = 10_000;
/** Longer than an attempt may take: while one process waits for the answer, no other sends the same. */
const LEASE_SECONDS = 20;
/** After each failed attempt; the last for all that follow. */
const PAUSES_SECONDS = [5, 60, 5 * 60, 30 * 60, 60 * 60];
const GIVE_UP_MS = 3 * 24 * 60 * 60_000;

/** An answer that is no success. */
class Refusal extends Error {
  constructor(readonly status: number) {
    super("the webhook did not accept an alert");
  }
}

export interface WebhookSenderParts {
  deliveries: WebhookDeliveryRepository;
  webhook: Webhook;
  metrics: AuditMetrics;
  log: Logger;
}

/** Sends alerts to the webhook, each at least once; any replica may send any. */
export class WebhookSender {
  constructor(private readonly use: WebhookSenderParts) {}

  /** Sends all that is due, one after the other. What `signal` stops will be sent again. */
  async sendDue(signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      const due = await this.use.deliveries.take(LEASE_SECONDS);
      if (!due) return;
      await this.#send(due, signal);
    }
  }

  async #send(delivery: DueDelivery, signal: AbortSignal | undefined): Promise<void> {
    const { deliveries, metrics } = this.use;
    try {
      await this.#post(delivery, signal);
    } catch (error) {
      await this.#failed(delivery, error);
      return;
    }
    await deliveries.remove(delivery.id);
    metrics.webhookDelivery("delivered");
  }

  async #post(delivery: DueDelivery, signal: AbortSignal | undefined): Promise<void> {
    const { url, secret } = this.use.webhook;
    const body = webhookBody(delivery);
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, {
      method: "POST",
      headers: webhookHeaders(delivery.id, body, secret),
      body,
      // Whoever may answer for the address has no say in where else alerts go.
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    await response.body?.cancel();
    if (!response.ok) throw new Refusal(response.status);
  }

  async #failed({ id, attempts, created_at }: DueDelivery, error: unknown): Promise<void> {
    const { deliveries, metrics, log } = this.use;
    const facts = { alert_id: id, attempts, ...saidBy(error) };
    if (Date.now() - created_at.getTime() > GIVE_UP_MS) {
      await deliveries.remove(id);
      metrics.webhookDelivery("given_up");
      log.error(facts, "gave up on an alert that the webhook has not accepted for three days");
      return;
    }
    const pause = PAUSES_SECONDS[Math.min(attempts, PAUSES_SECONDS.length) - 1] ?? 0;
    await deliveries.postpone(id, pause);
    metrics.webhookDelivery("failed");
    log.warn({ ...facts, pause_seconds: pause }, "an alert was not delivered; it will be tried again");
  }
}

/** The address may hold a secret, and what is said of it may quote it: only codes are told. */
function saidBy(error: unknown): { status?: number; fault?: string } {
  if (error instanceof Refusal) return { status: error.status };
  if (!(error instanceof Error)) return {};
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return { fault: typeof code === "string" ? code : error.name };
}
