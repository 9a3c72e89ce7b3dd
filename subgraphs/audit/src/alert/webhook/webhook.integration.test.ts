import { newId } from "@supergraph/persistence";
import { Webhook as Verifier } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runningAlerts } from "../../fixtures/alerting.fixture.js";
import { anEvent } from "../../fixtures/audit-log.fixture.js";
import { webhookServer } from "../../fixtures/webhook-server.fixture.js";
import { webhookSettings } from "./webhook-settings.js";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

let server: Awaited<ReturnType<typeof webhookServer>>;
let alerts: Awaited<ReturnType<typeof runningAlerts>>;

beforeEach(async () => {
  server = await webhookServer();
  alerts = await runningAlerts(
    webhookSettings.parse({ AUDIT_ALERT_WEBHOOK_URL: server.url, AUDIT_ALERT_WEBHOOK_SECRET: secret }),
  );
});
afterEach(async () => {
  await server.close();
  await alerts.close();
});

/** Raises as many alerts, each about somebody else. */
const raise = (count: number) =>
  alerts.happened(
    "auth",
    Array.from({ length: count }, () => {
      const id = newId();
      return anEvent({ service: "auth", action: "role.assign", user_id: id, entity_id: id, metadata: { roleId: id } });
    }),
  );
const send = () => alerts.alerting.sender?.sendDue();
const waiting = () =>
  alerts.database.run((query) =>
    query("alert_delivery").select<{ attempts: number; pause: number }[]>(
      "attempts",
      query.raw("round(extract(epoch from due_at - now()))::integer as pause"),
    ),
  );
const makeDue = () => alerts.asOwner((query) => query("alert_delivery").update({ due_at: query.fn.now() }));
const verified = ({ headers, body }: (typeof server)["received"][number]) => new Verifier(secret).verify(body, headers);

describe("a webhook", () => {
  it("gets each alert once when it accepts it, signed as Standard Webhooks", async () => {
    await raise(1);
    const [alert] = await alerts.raised();
    await send();
    await send();
    expect(server.received).toHaveLength(1);
    const [message] = server.received as [(typeof server)["received"][number]];
    expect(message.headers).toMatchObject({ "webhook-id": alert?.id, "content-type": "application/json" });
    expect(verified(message)).toEqual({
      type: "alert.raised",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      data: {
        id: alert?.id,
        event_id: alert?.id,
        rule: "self-granted-permission",
        message: "somebody gave themselves a permission",
        target: { type: "User", id: alert?.target_id },
        count: 1,
        window_seconds: 3_600,
        first_leaf: 0,
        last_leaf: 0,
      },
    });
    expect(() => verified({ ...message, body: message.body.replace('"count":1', '"count":2') })).toThrow();
    expect(await waiting()).toEqual([]);
  });

  it("that fails is tried again after pauses that grow, with the same id, until it accepts", async () => {
    server.answers.push(500, 404, 302, 503, 429, 500, 500);
    await raise(1);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 7; attempt++) {
      await send();
      const [delivery] = await waiting();
      expect(delivery?.attempts).toBe(attempt);
      pauses.push(delivery?.pause ?? 0);
      await makeDue();
    }
    expect(pauses).toEqual([5, 60, 300, 1_800, 3_600, 3_600, 3_600]);
    await send();
    expect(await waiting()).toEqual([]);
    expect(server.received).toHaveLength(8);
    expect(new Set(server.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    for (const message of server.received) expect(() => verified(message)).not.toThrow();
  });

  it("that can't be reached is tried again", async () => {
    await server.close();
    await raise(1);
    await send();
    expect(await waiting()).toEqual([{ attempts: 1, pause: 5 }]);
  });

  it("that has accepted nothing for three days is not tried for that alert any more", async () => {
    server.answers.push(500);
    await raise(1);
    await alerts.asOwner((query) =>
      query("alert_delivery").update({ created_at: query.raw("now() - interval '73 hours'") }),
    );
    await send();
    expect(await waiting()).toEqual([]);
    expect(await alerts.raised()).toHaveLength(1);
  });

  it("that does not answer is left after 10 s, while another replica sends the rest", { timeout: 30_000 }, async () => {
    server.answers.push(undefined);
    await raise(1);
    const slow = send();
    await expect.poll(() => server.received.length).toBe(1);
    await raise(3);
    await alerts.withSettings().sender?.sendDue();
    expect(server.received).toHaveLength(4);
    await slow;
    expect(await waiting()).toEqual([{ attempts: 1, pause: 5 }]);
  });

  it("gets each of many alerts once from replicas that send at the same time", async () => {
    await raise(40);
    await Promise.all([send(), alerts.withSettings().sender?.sendDue(), alerts.withSettings().sender?.sendDue()]);
    const ids = server.received.map(({ headers }) => headers["webhook-id"]).sort();
    expect(ids).toEqual((await alerts.raised()).map(({ id }) => id).sort());
  });

  it("is sent nothing when there is none", async () => {
    const without = alerts.withSettings({});
    expect(without.sender).toBeUndefined();
    const me = newId();
    await alerts.outboxes.write("auth", [
      anEvent({ service: "auth", action: "role.assign", user_id: me, entity_id: me, metadata: { roleId: me } }),
    ]);
    await alerts.seal();
    await without.watch.lookOn();
    expect(await alerts.raised()).toHaveLength(1);
    expect(await waiting()).toEqual([]);
  });
});
