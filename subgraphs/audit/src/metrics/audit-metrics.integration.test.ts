import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, expect, it } from "vitest";
import { webhookSettings } from "../alert/webhook/webhook-settings.js";
import { runningAlerts } from "../fixtures/alerting.fixture.js";
import { anEvent } from "../fixtures/audit-log.fixture.js";
import { webhookServer } from "../fixtures/webhook-server.fixture.js";

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
const provider = new MeterProvider({ readers: [reader] });

let server: Awaited<ReturnType<typeof webhookServer>>;
let alerts: Awaited<ReturnType<typeof runningAlerts>>;

beforeAll(async () => {
  metrics.setGlobalMeterProvider(provider);
  server = await webhookServer();
  alerts = await runningAlerts(
    webhookSettings.parse({
      AUDIT_ALERT_WEBHOOK_URL: server.url,
      AUDIT_ALERT_WEBHOOK_SECRET: "a secret that only this test knows, long enough",
    }),
  );
});
afterAll(async () => {
  await server.close();
  await alerts.close();
  await provider.shutdown();
  metrics.disable();
});

/** What a scrape would show now of a metric, each value with its attributes. */
async function shown(name: string): Promise<{ attributes: object; value: unknown }[]> {
  await reader.forceFlush();
  const all = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
  const ours = all.filter(({ scope }) => scope.name === "@supergraph/audit");
  const points = ours.flatMap((scope) => scope.metrics.filter(({ descriptor }) => descriptor.name === name));
  return points.flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));
}

it("outboxes show how deep they are and how old their oldest event is, as they were last seen", async () => {
  expect(await shown("audit_outbox_depth")).toEqual([]);
  const old = new Date(Date.now() - 40_000).toISOString();
  await alerts.outboxes.write("users", [anEvent({ occurred_at: old }), anEvent(), anEvent()]);
  await alerts.alerting.outboxes.look();
  expect(await shown("audit_outbox_depth")).toEqual([
    { attributes: { service: "users" }, value: 3 },
    ...["auth", "dynamic", "audit"].map((service) => ({ attributes: { service }, value: 0 })),
  ]);
  const oldest = await shown("audit_outbox_oldest_seconds");
  const [users, ...others] = oldest.map(({ value }) => value as number);
  expect(users).toBeGreaterThan(39);
  expect(users).toBeLessThan(50);
  expect(others).toEqual([0, 0, 0]);
});

it("sealing shows how many events were sealed, and how long each had waited", async () => {
  await alerts.seal();
  expect(await shown("audit_sealed_events_total")).toEqual([{ attributes: {}, value: 3 }]);
  const [delay] = await shown("audit_seal_delay_seconds");
  const { count, min, max } = delay?.value as { count: number; min: number; max: number };
  expect(count).toBe(3);
  expect(min).toBeLessThan(20);
  expect(max).toBeGreaterThan(39);
  await alerts.alerting.outboxes.look();
  expect((await shown("audit_outbox_depth")).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
});

it("alerts show by rule, and their deliveries by how they ended", async () => {
  server.answers.push(500);
  const me = newId();
  const given = anEvent({ action: "role.assign", user_id: me, entity_id: me, metadata: { roleId: newId() } });
  await alerts.happened("auth", [given]);
  await alerts.alerting.sender?.sendDue();
  await alerts.asOwner((query) => query("alert_delivery").update({ due_at: query.fn.now() }));
  await alerts.alerting.sender?.sendDue();
  expect(await shown("audit_alerts_total")).toEqual([{ attributes: { rule: "self-granted-permission" }, value: 1 }]);
  expect(await shown("audit_webhook_deliveries_total")).toEqual([
    { attributes: { outcome: "failed" }, value: 1 },
    { attributes: { outcome: "delivered" }, value: 1 },
  ]);
});
