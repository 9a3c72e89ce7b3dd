import type { AuditEvent } from "@supergraph/audit-trail";
import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runningAlerts } from "../fixtures/alerting.fixture.js";
import { anEvent } from "../fixtures/audit-log.fixture.js";
import { alertRules } from "./alert-rules.js";
import { alertThresholds, type AlertRuleName } from "./alert-thresholds.js";

let alerts: Awaited<ReturnType<typeof runningAlerts>>;
/** Each test's own people, addresses and roles. */
let person: string;
let address: string;

beforeAll(async () => {
  alerts = await runningAlerts();
  // Events of these tests happen before their database was made.
  await alerts.asOwner((query) => query("alert_progress").update({ since: "-infinity" }));
});
afterAll(() => alerts.close());
beforeEach(() => {
  person = newId();
  address = `2001:db8::${person.slice(-4)}:${person.slice(-8, -4)}`;
});

const START = Date.parse("2026-06-01T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const many = (count: number, event: (index: number) => AuditEvent) => Array.from({ length: count }, (_, i) => event(i));

const failedSignIn = (given: Partial<AuditEvent>) =>
  anEvent({
    service: "auth",
    action: "auth.login",
    outcome: "failure",
    reason: "INVALID_CREDENTIALS",
    actor_type: "anonymous",
    entity_type: "User",
    entity_id: given.user_id ?? null,
    entity_label: null,
    changes: [],
    ...given,
  });
const deletion = (given: Partial<AuditEvent> = {}) =>
  anEvent({ action: "entity.delete", user_id: person, entity_type: "Product", ...given });
const exporting = (given: Partial<AuditEvent> = {}) =>
  anEvent({ service: "users", action: "user.export", user_id: person, entity_type: "User", changes: [], ...given });
const denial = (given: Partial<AuditEvent> = {}) =>
  anEvent({ outcome: "denied", reason: "PERMISSION_MISSING", user_id: person, changes: [], ...given });
const assignment = (given: Partial<AuditEvent> = {}) =>
  anEvent({
    service: "auth",
    action: "role.assign",
    user_id: person,
    entity_type: "User",
    entity_id: person,
    entity_label: null,
    changes: [{ field: "role", before: null, after: "support" }],
    metadata: { roleId: newId() },
    ...given,
  });

/** For rules that count: what makes up one event of the same subject, at a second. */
const counting: Record<string, (second: number, index: number) => AuditEvent> = {
  "failed-sign-ins-account": (second, index) =>
    failedSignIn({ occurred_at: at(second), user_id: person, ip: `198.51.100.${index}` }),
  // Of accounts that there are not: each address that was typed is a subject of its own.
  "failed-sign-ins-address": (second, index) =>
    failedSignIn({ occurred_at: at(second), user_id: null, actor_label: `nobody-${index}@example.com`, ip: address }),
  "mass-deletion": (second, index) => deletion({ occurred_at: at(second), actor_type: index % 2 ? "api_key" : "user" }),
  "mass-export": (second, index) =>
    exporting({ occurred_at: at(second), ...(index % 2 && { action: "audit.export", entity_type: "AuditLog" }) }),
  "denied-burst": (second, index) => denial({ occurred_at: at(second), action: `thing-${index}.read` }),
};

describe.each(Object.keys(counting) as (keyof typeof alertRules)[])("the rule %s", (rule) => {
  const { count, seconds } = alertThresholds[rule];
  const event = (second: number, index: number) => (counting[rule] as (typeof counting)[string])(second, index);
  /** Alerts of this rule about this test's own people. */
  let before: number;
  const raised = async () => (await alerts.raised(rule)).slice(before);
  beforeEach(async () => {
    before = (await alerts.raised(rule)).length;
  });

  it("raises nothing below its threshold", async () => {
    await alerts.happened(
      "auth",
      many(count - 1, (i) => event(0, i)),
    );
    expect(await raised()).toEqual([]);
  });

  it("raises one alert at its threshold, none for more in the same window, and one again in the next", async () => {
    await alerts.happened(
      "auth",
      many(count - 1, (i) => event(i * 0.01, i)),
    );
    const last = event(seconds - 1, count - 1);
    await alerts.happened("auth", [last]);
    const [alert, ...others] = await raised();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ rule, count: String(count), window_seconds: seconds });
    const { leaf_index } = await alerts.database.run((query) => query("event").where({ id: last.id }).first());
    expect(alert?.last_leaf).toBe(leaf_index);
    expect(Number(leaf_index) - Number(alert?.first_leaf)).toBe(count - 1);

    await alerts.happened(
      "auth",
      many(2 * count, (i) => event(seconds, count + i)),
    );
    expect(await raised()).toHaveLength(1);

    await alerts.happened(
      "auth",
      many(count, (i) => event(3 * seconds, 3 * count + i)),
    );
    expect(await raised()).toHaveLength(2);
  });

  it("counts nothing that is older than its window", async () => {
    await alerts.happened(
      "auth",
      many(count - 1, (i) => event(0, i)),
    );
    await alerts.happened("auth", [event(seconds + 1, count)]);
    expect(await raised()).toEqual([]);
  });
});

describe("what counts", () => {
  const none = async (rule: AlertRuleName, events: AuditEvent[]) => {
    const before = (await alerts.raised(rule)).length;
    await alerts.happened("auth", events);
    expect(await alerts.raised(rule)).toHaveLength(before);
  };

  it("as a failed sign-in is none where the password was right, or nobody looked at it", () =>
    none(
      "failed-sign-ins-account",
      ["MFA_REQUIRED", "ACCOUNT_NOT_ACTIVE", "TOO_BUSY"].flatMap((reason) =>
        many(10, () => failedSignIn({ user_id: person, reason })),
      ),
    ));

  it("as a deletion is none that failed or was refused", () =>
    none(
      "mass-deletion",
      many(200, () => deletion({ outcome: "failure", reason: "ENTITY_NOT_FOUND" })),
    ));

  it("as an export is none of one's own data", () =>
    none(
      "mass-export",
      many(20, () => exporting({ entity_id: person })),
    ));

  it("for one actor is no other's", () =>
    none(
      "denied-burst",
      many(60, () => denial({ user_id: newId() })),
    ));

  it("is told of a program by its account, and of nobody known by the address", async () => {
    const program = { user_id: null, actor_type: "service", actor_label: newId() } as const;
    await alerts.happened(
      "dynamic",
      many(30, () => denial(program)),
    );
    expect(await alerts.raised("denied-burst")).toContainEqual(
      expect.objectContaining({ target_type: "ServiceAccount", target_id: program.actor_label }),
    );
    const nobody = many(30, () => denial({ user_id: null, actor_type: "anonymous", actor_label: null, ip: address }));
    await alerts.happened("dynamic", nobody);
    expect(await alerts.raised("denied-burst")).toContainEqual(
      expect.objectContaining({ target_type: "AuditEvent", target_id: nobody.at(-1)?.id }),
    );
  });
});

describe("a single event", () => {
  const about = async (rule: AlertRuleName) =>
    (await alerts.raised(rule)).filter(({ target_id }) => target_id === person);

  it("of a refresh token that came again raises an alert about whose it is, once in an hour", async () => {
    const reuse = (given: Partial<AuditEvent>) =>
      failedSignIn({
        action: "auth.refresh",
        reason: "REFRESH_TOKEN_REUSED",
        user_id: person,
        metadata: { suspicious: true },
        ...given,
      });
    await alerts.happened("auth", [reuse({ occurred_at: at(0), metadata: null })]);
    expect(await about("refresh-reuse")).toEqual([]);
    await alerts.happened("auth", [reuse({ occurred_at: at(1) }), reuse({ occurred_at: at(3_600) })]);
    expect(await about("refresh-reuse")).toHaveLength(1);
    const code = { action: "auth.exchange-code", reason: "AUTHORIZATION_CODE_REUSED" };
    await alerts.happened("auth", [reuse({ ...code, occurred_at: at(3_601) })]);
    expect(await about("refresh-reuse")).toHaveLength(2);
  });

  it("of a role given to oneself raises an alert, given to another none, nor held before", async () => {
    await alerts.happened("auth", [
      assignment({ entity_id: newId() }),
      assignment({ metadata: null, changes: [] }),
      assignment({ action: "role.unassign" }),
    ]);
    expect(await about("self-granted-permission")).toEqual([]);
    await alerts.happened("auth", [assignment()]);
    expect(await about("self-granted-permission")).toMatchObject([{ target_type: "User", count: "1" }]);
  });

  it("of a role given to oneself in another's place raises an alert", async () => {
    await alerts.happened("auth", [assignment({ entity_id: newId(), impersonator_id: newId() })]);
    expect(await about("self-granted-permission")).toEqual([]);
    const me = newId();
    await alerts.happened("auth", [assignment({ entity_id: me, impersonator_id: me })]);
    expect(await about("self-granted-permission")).toHaveLength(1);
  });

  const roleChange = (roleId: string, before: string[], after: string[], given: Partial<AuditEvent> = {}) =>
    anEvent({
      service: "auth",
      action: "role.update",
      user_id: person,
      entity_type: "Role",
      entity_id: roleId,
      entity_label: "support",
      changes: [{ field: "permissions", before, after }],
      ...given,
    });

  it("of a permission added to a role that one holds raises an alert, to another role none", async () => {
    const roleId = newId();
    const given = assignment({ user_id: newId(), metadata: { roleId } });
    await alerts.happened("auth", [
      given,
      roleChange(newId(), [], ["users:read"]),
      roleChange(roleId, ["a:b", "users:read"], ["a:b"]),
    ]);
    expect(await about("self-granted-permission")).toEqual([]);
    await alerts.happened("auth", [roleChange(roleId, ["a:b"], ["a:b", "users:read"])]);
    expect(await about("self-granted-permission")).toHaveLength(1);
  });

  it("of a permission added to a role that one held once raises none, and to everybody's role one", async () => {
    const roleId = newId();
    const by = { user_id: newId(), metadata: { roleId } };
    await alerts.happened("auth", [
      assignment(by),
      assignment({ ...by, action: "role.unassign" }),
      roleChange(roleId, [], ["users:read"]),
    ]);
    expect(await about("self-granted-permission")).toEqual([]);
    await alerts.happened("auth", [roleChange(newId(), [], ["users:read"], { entity_label: "user" })]);
    expect(await about("self-granted-permission")).toHaveLength(1);
  });

  describe("of a sign-in", () => {
    const DAY = 86_400;
    const signIn = (days: number, given: Partial<AuditEvent> = {}) =>
      failedSignIn({ occurred_at: at(days * DAY), outcome: "success", reason: null, user_id: person, ...given });

    it("90 days after the person last did anything raises one alert, and after that none again so soon", async () => {
      await alerts.happened("auth", [anEvent({ user_id: person, occurred_at: at(-200 * DAY) })]);
      // What others did under the person's name breaks no silence.
      await alerts.happened("auth", [
        failedSignIn({ user_id: person, occurred_at: at(-DAY) }),
        anEvent({ user_id: person, impersonator_id: newId(), occurred_at: at(-DAY) }),
        signIn(0),
      ]);
      const silence = await about("sign-in-after-silence");
      expect(silence).toMatchObject([{ message: "a person signed in who had done nothing for 90 days" }]);
      await alerts.happened("auth", [signIn(1), signIn(2)]);
      expect(await about("sign-in-after-silence")).toHaveLength(1);
      await alerts.happened("auth", [signIn(93)]);
      expect(await about("sign-in-after-silence")).toHaveLength(2);
    });

    it("less than 90 days after it, or for the first time ever, raises none", async () => {
      await alerts.happened("auth", [signIn(0)]);
      await alerts.happened("auth", [anEvent({ user_id: person, occurred_at: at(60 * DAY) }), signIn(149)]);
      expect(await about("sign-in-after-silence")).toEqual([]);
    });
  });

  it("of a log that did not verify raises an alert about that event, once in an hour", async () => {
    const failed = (second: number) =>
      anEvent({
        service: "audit",
        action: "audit.verification-failed",
        actor_type: "system",
        user_id: null,
        occurred_at: at(second),
      });
    const [first, second, third] = [failed(0), failed(3_599), failed(3_600)];
    await alerts.happened("audit", [first, second, third]);
    const raised = await alerts.raised("log-verification-failed");
    expect(raised.map(({ target_type, target_id }) => [target_type, target_id])).toEqual([
      ["AuditEvent", first.id],
      ["AuditEvent", third.id],
    ]);
  });
});
