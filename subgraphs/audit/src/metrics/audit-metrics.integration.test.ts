import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { AuditTrail } from "@supergraph/audit-trail";
import { newId } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { afterAll, beforeAll, expect, it } from "vitest";
import { webhookSettings } from "../alert/webhook/webhook-settings.js";
import { runningAlerts } from "../fixtures/alerting.fixture.js";
import { anEvent } from "../fixtures/audit-log.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { webhookServer } from "../fixtures/webhook-server.fixture.js";
import { VerificationWatch } from "../verification/verification-watch.js";
import { observeCheckpoints } from "../witness/checkpoint-metrics.js";
import { Witnesses } from "../witness/witnesses.js";
import { AuditMetrics } from "./audit-metrics.js";

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

it("checkpoints show their size and age, and how far each witness is behind", async () => {
  const database = alerts.outboxes.database("audit");
  const { checkpoints, checkpointer, tree } = await auditPartsOver(database);
  const { size } = await tree.head();
  const signedAt = new Date(Date.now() + 60_000);
  await database.unitOfWork(async () => checkpointer.signWhenDue(await tree.head(), signedAt));
  const signed = await checkpoints.last();
  const witnesses = new Witnesses(
    [
      { name: "there", take: () => Promise.resolve() },
      { name: "away", take: () => Promise.reject(new Error("away")) },
    ],
    createLog("audit", "silent"),
    { firstMs: 3_600_000, longestMs: 3_600_000, lastMs: 1 },
  );
  const stop = observeCheckpoints(checkpoints, witnesses);
  witnesses.start();
  if (signed) witnesses.offer(signed);
  const behind = (witness: string, value: number) => ({ attributes: { witness }, value });
  await expect.poll(() => shown("audit_witness_behind")).toEqual([behind("there", 0), behind("away", size)]);
  expect(size).toBeGreaterThan(3);
  expect(await shown("audit_checkpoint_size")).toEqual([{ attributes: {}, value: size }]);
  const [age] = await shown("audit_checkpoint_age_seconds");
  expect(age?.value).toBeGreaterThan(-60.1);
  expect(age?.value).toBeLessThan(-30);
  stop();
  await witnesses.stop();
});

it("a check of the log shows how many problems it found", async () => {
  const database = alerts.outboxes.database("audit");
  const { verifier, verifications } = await auditPartsOver(database);
  const log = createLog("audit", "silent");
  const metrics = new AuditMetrics();
  const parts = { database, verifier, verifications, metrics, log, everyMinutes: 1 };
  const watch = new VerificationWatch({ ...parts, audit: new AuditTrail("audit", database, log) });
  await watch.check();
  expect(await shown("audit_verification_problems")).toEqual([{ attributes: {}, value: 0 }]);
  await alerts.asOwner((query) => query.raw("update audit.event set operation_name = 'Other' where leaf_index < 2"));
  await new VerificationWatch({ ...parts, audit: new AuditTrail("audit", database, log) }).check();
  expect(await shown("audit_verification_problems")).toEqual([{ attributes: {}, value: 2 }]);
});
