import { Database, newId } from "@supergraph/persistence";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditApi, person } from "../fixtures/audit-api.fixture.js";
import { runningAlerts } from "../fixtures/alerting.fixture.js";
import { anEvent } from "../fixtures/audit-log.fixture.js";

let alerts: Awaited<ReturnType<typeof runningAlerts>>;

beforeEach(async () => {
  alerts = await runningAlerts();
});
afterEach(() => alerts.close());

const denials = (count: number, userId: string) =>
  Array.from({ length: count }, () =>
    anEvent({
      outcome: "denied",
      reason: "PERMISSION_MISSING",
      user_id: userId,
      actor_label: "mallory@example.com",
      ip: "198.51.100.7",
      changes: [],
    }),
  );

describe("an alert", () => {
  it("leaves the event alert.raised under its id, by the system, about the person, with the leaves and nothing personal", async () => {
    const mallory = newId();
    await alerts.happened("dynamic", [anEvent(), ...denials(30, mallory)]);
    const [alert] = await alerts.raised();
    await alerts.seal();
    const [event] = await alerts.events.byIds([alert?.id ?? ""], "all");
    expect(event).toMatchObject({
      service: "audit",
      action: "alert.raised",
      outcome: "success",
      actor_type: "system",
      user_id: null,
      entity_type: "User",
      entity_id: mallory,
      entity_label: null,
      ip: null,
      leaf_index: "31",
      metadata: {
        rule: "denied-burst",
        count: 30,
        window_seconds: 300,
        first_leaf: 1,
        last_leaf: 30,
        message: "30 refusals of one actor within 5 minutes",
      },
    });
    expect(JSON.stringify([alert, event])).not.toMatch(/mallory@|198\.51/);
  });

  it("raises no other, however many are raised about one and the same", async () => {
    const itself = Array.from({ length: 50 }, () =>
      anEvent({ service: "audit", action: "alert.raised", outcome: "denied" }),
    );
    await alerts.happened("audit", itself);
    expect(await alerts.raised()).toEqual([]);
  });

  it("is shown to auditors, newest first, with its event, and to nobody else", async () => {
    const [first, second] = [newId(), newId()];
    await alerts.happened("dynamic", denials(30, first));
    await alerts.happened("dynamic", denials(30, second));
    const as = await auditApi(alerts.database, { leavesReads: true });
    const ALERTS = `query ($after: String) { auditAlerts(first: 1, after: $after) {
      nodes { id rule message count windowSeconds firstLeaf lastLeaf target { type id } event { id action } }
      pageInfo { endCursor hasNextPage } totalCount } }`;
    const auditor = as(person(newId(), "audit:read"));
    const page = async (after?: string) => (await auditor(ALERTS, { after })).data?.auditAlerts as never as Page;
    const newest = await page();
    expect(newest).toMatchObject({
      totalCount: 2,
      nodes: [
        {
          rule: "denied-burst",
          count: 30,
          windowSeconds: 300,
          firstLeaf: 31,
          lastLeaf: 60,
          target: { type: "User", id: second },
          event: { id: newest.nodes[0]?.id, action: "alert.raised" },
        },
      ],
    });
    expect(await page(newest.pageInfo.endCursor)).toMatchObject({ nodes: [{ target: { id: first } }] });
    expect((await as(person(newId(), "users:read"))(ALERTS)).reasons).toEqual(["PERMISSION_MISSING"]);
    expect((await as(undefined)(ALERTS)).reasons).toEqual(["SIGN_IN_REQUIRED"]);
    expect((await auditor(ALERTS, { after: "forged" })).reasons).toEqual(["INVALID_CURSOR"]);
    const reads = await alerts.database.run((query) =>
      query("known_event")
        .where({ action: "audit.read", path: "auditAlerts" })
        .orderBy("id")
        .pluck<string[]>("outcome"),
    );
    expect(reads).toEqual(["success", "success", "denied", "denied", "failure"]);
  });
});

interface Page {
  nodes: { id: string }[];
  pageInfo: { endCursor: string };
}

describe("looking at the log", () => {
  it("counts over batches, and each leaf once whatever fails in between", async () => {
    const mallory = newId();
    await alerts.outboxes.write("dynamic", denials(30, mallory));
    await alerts.seal();
    await expect(
      alerts.database.unitOfWork(async () => {
        expect(await alerts.alerting.watch.lookAtNext(30)).toBe(true);
        throw new Error("the process ended");
      }),
    ).rejects.toThrow("the process ended");
    expect(await alerts.raised()).toEqual([]);
    for (const isLast of [false, false, true]) {
      expect(await alerts.raised()).toHaveLength(0);
      expect(await alerts.alerting.watch.lookAtNext(isLast ? 500 : 11)).toBe(true);
    }
    expect(await alerts.alerting.watch.lookAtNext(500)).toBe(false);
    expect(await alerts.raised()).toMatchObject([{ count: "30", first_leaf: "0", last_leaf: "29" }]);
  });

  it("by several replicas at once raises each alert once", async () => {
    const people = Array.from({ length: 20 }, newId);
    await alerts.outboxes.write(
      "dynamic",
      Array.from({ length: 40 }, () => people.flatMap((id) => denials(1, id))).flat(),
    );
    await alerts.seal();
    const other = new Database({ url: alerts.disposable.url("audit"), schema: "audit" });
    const replicas = [alerts.alerting, alerts.withSettings({}, other)].map(async ({ watch }) => {
      while ((await alerts.raised()).length < people.length) await watch.lookAtNext(7);
    });
    await Promise.all(replicas);
    await other.close();
    await alerts.alerting.watch.lookOn();
    expect((await alerts.raised()).map(({ target_id }) => target_id).sort()).toEqual(people.sort());
  });

  it("raises nothing about what happened before there were rules", async () => {
    const old = denials(30, newId()).map((event) => ({ ...event, occurred_at: "2026-01-01T00:00:00Z" }));
    await alerts.happened("dynamic", old);
    expect(await alerts.raised()).toEqual([]);
  });

  it("forgets what it counted, and by what, once no window reaches back to it", async () => {
    await alerts.happened("dynamic", denials(30, newId()));
    const kept = () =>
      alerts.database.run((query) =>
        query("alert_sighting").union(query("alert_quiet").select("rule")).select<unknown[]>("rule"),
      );
    expect(await kept()).not.toEqual([]);
    for (const table of ["alert_sighting", "alert_quiet"])
      await alerts.asOwner((query) => query(table).update({ kept_until: query.fn.now() }));
    await alerts.alerting.watch.lookOn();
    expect(await kept()).toEqual([]);
  });

  it("leaves out the rules that were turned off", async () => {
    const off = alerts.withSettings({ AUDIT_ALERT_RULES: {} });
    await alerts.outboxes.write("dynamic", denials(30, newId()));
    await alerts.seal();
    await off.watch.lookOn();
    await alerts.alerting.watch.lookOn();
    expect(await alerts.raised()).toEqual([]);
  });
});

describe("an outbox that is not emptied", () => {
  const waiting = (seconds: number) => anEvent({ occurred_at: new Date(Date.now() - seconds * 1_000).toISOString() });

  it("raises an alert once its oldest event has waited for a minute, though nothing is sealed", async () => {
    await alerts.outboxes.write("users", [waiting(50)]);
    await alerts.outboxes.write("auth", [waiting(30), waiting(70)]);
    await alerts.alerting.outboxes.look();
    expect(await alerts.raised()).toMatchObject([
      {
        rule: "stuck-outbox",
        target_type: "Outbox",
        target_id: "auth",
        count: "2",
        first_leaf: null,
        message: expect.stringMatching(/^events in the outbox of auth have not been sealed for 7\d seconds$/) as string,
      },
    ]);
  });

  it("raises it once in an hour, whichever replica looks", async () => {
    await alerts.outboxes.write("auth", [waiting(70)]);
    const other = new Database({ url: alerts.disposable.url("audit"), schema: "audit" });
    const replicas = [alerts.alerting, alerts.withSettings({}, other)];
    await Promise.all(replicas.map(({ outboxes }) => outboxes.look()));
    expect(await alerts.raised()).toHaveLength(1);
    await alerts.asOwner((query) => query("alert_quiet").update({ until: query.fn.now() }));
    await Promise.all(replicas.map(({ outboxes }) => outboxes.look()));
    await other.close();
    expect(await alerts.raised()).toHaveLength(2);
  });

  it("raises none when the rule is off", async () => {
    await alerts.outboxes.write("auth", [waiting(70)]);
    await alerts.withSettings({ AUDIT_ALERT_RULES: {} }).outboxes.look();
    expect(await alerts.raised()).toEqual([]);
  });
});
