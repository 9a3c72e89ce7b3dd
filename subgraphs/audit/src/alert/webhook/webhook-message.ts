import { createHmac } from "node:crypto";
import type { AlertRow } from "../alert.repository.js";

/** What is sent of an alert: the same at each attempt. */
export function webhookBody(alert: AlertRow): string {
  return JSON.stringify({
    type: "alert.raised",
    timestamp: alert.raised_at.toISOString(),
    data: {
      id: alert.id,
      event_id: alert.id,
      rule: alert.rule,
      message: alert.message,
      target: { type: alert.target_type, id: alert.target_id },
      count: Number(alert.count),
      window_seconds: alert.window_seconds,
      first_leaf: alert.first_leaf === null ? null : Number(alert.first_leaf),
      last_leaf: alert.last_leaf === null ? null : Number(alert.last_leaf),
    },
  });
}

/** The headers of Standard Webhooks: the id says which message it is, however often it comes. */
export function webhookHeaders(id: string, body: string, secret: Buffer, now = new Date()): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
