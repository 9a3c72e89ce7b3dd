import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { newId } from "@supergraph/persistence";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runningAlerts } from "../fixtures/alerting.fixture.js";
import { anEvent } from "../fixtures/audit-log.fixture.js";
import { testKey } from "../fixtures/audit-parts.fixture.js";
import { webhookServer } from "../fixtures/webhook-server.fixture.js";

const KILLS = 3;
const PEOPLE = 40;
const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const running = new Set<ChildProcess>();

let server: Awaited<ReturnType<typeof webhookServer>>;
let alerts: Awaited<ReturnType<typeof runningAlerts>>;

beforeAll(async () => {
  if (!existsSync(main)) throw new Error("The service is not built: npm run build");
  server = await webhookServer();
  alerts = await runningAlerts();
});
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await server.close();
  await alerts.close();
});

/** The audit service as a process of its own; resolves once it seals and looks. */
async function startService(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main], {
    env: {
      NODE_ENV: "test",
      PORT: "0",
      DATABASE_URL: alerts.disposable.url("audit"),
      AUDIT_KEY_ENCRYPTION_KEY: testKey,
      GATEWAY_SECRET: "a secret that only this test knows, long enough",
      AUDIT_ALERT_WEBHOOK_URL: server.url,
      AUDIT_ALERT_WEBHOOK_SECRET: secret,
      AUDIT_ALERT_RULES: "denied-burst=3/300",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      if (String(chunk).includes("listening")) resolve();
    });
    child.once("exit", () => {
      reject(new Error("The service ended before it listened"));
    });
  });
  return child;
}

it(
  "a service that is killed again and again loses no alert, raises none twice and delivers each",
  { timeout: 120_000 },
  async () => {
    const people = Array.from({ length: PEOPLE * KILLS }, newId);
    for (let kill = 0; kill < KILLS; kill++) {
      const group = people.slice(kill * PEOPLE, (kill + 1) * PEOPLE);
      const denied = [...group, ...group, ...group].map((user_id) =>
        anEvent({ outcome: "denied", reason: "PERMISSION_MISSING", user_id, changes: [] }),
      );
      await alerts.outboxes.write("dynamic", denied);
      // Of some deliveries nobody says whether they arrived.
      server.answers.push(500, undefined);
      const service = await startService();
      await pause(Math.random() * 1_500);
      service.kill("SIGKILL");
      await once(service, "exit");
    }
    const service = await startService();
    const delivered = () => new Set(server.received.map(({ headers }) => headers["webhook-id"]));
    await expect.poll(async () => (await alerts.raised()).length, { timeout: 30_000 }).toBe(people.length);
    // What a killed process had taken is due again when its time is over: that is brought forward.
    await expect
      .poll(
        async () => {
          await alerts.asOwner((query) => query("alert_delivery").update({ due_at: query.fn.now() }));
          return delivered().size;
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe(people.length);
    service.kill("SIGTERM");
    const [code] = (await once(service, "exit")) as [number | null];
    expect(code).toBe(0);

    const raised = await alerts.raised();
    expect(raised.map(({ target_id }) => target_id).sort()).toEqual(people.toSorted());
    expect(delivered()).toEqual(new Set(raised.map(({ id }) => id)));
    for (const { body, headers } of server.received)
      expect(() => new Verifier(secret).verify(body, headers)).not.toThrow();
    await alerts.seal();
    const events = await alerts.database.run((query) =>
      query("known_event").where({ action: "alert.raised" }).pluck<string[]>("id"),
    );
    expect(events.sort()).toEqual(raised.map(({ id }) => id).sort());
  },
);
