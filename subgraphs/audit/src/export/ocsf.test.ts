import { AUDIT_ACTIONS, type ActorType, type AuditOutcome } from "@supergraph/audit-trail";
import { describe, expect, it } from "vitest";
import { bareEvent, fullEvent } from "./exported-event.fixture.js";
import type { ExportedEvent } from "./exported-event.js";
import { ocsfSchemas } from "./ocsf-1.9.0.fixture.js";
import { ACTIONS, ocsfActivityOf } from "./ocsf-activity.js";
import { ocsfEventOf } from "./ocsf.js";

/** As it stands in the file. */
const written = (event: ExportedEvent) => JSON.parse(JSON.stringify(ocsfEventOf(event))) as Record<string, unknown>;
const check = (event: ExportedEvent) => {
  const result = written(event);
  ocsfSchemas[result.class_uid as keyof typeof ocsfSchemas].parse(result);
  return result;
};

describe("an export in OCSF", () => {
  it("knows every action that the services record", () => {
    const unknown = AUDIT_ACTIONS.filter((action) => !(action in ACTIONS));
    expect(unknown.filter((action) => ocsfActivityOf({ action, entity_id: null }).id === 99)).toEqual([]);
  });

  it.each([
    ...new Set<string>([...AUDIT_ACTIONS, ...Object.keys(ACTIONS), "Product.read", "users.list", "constructor"]),
  ])("holds to the schema of its class for %s, whoever acted, however it ended, and whatever is known", (action) => {
    const outcomes: AuditOutcome[] = ["success", "failure", "denied"];
    const actors: ActorType[] = ["user", "api_key", "service", "anonymous", "system"];
    for (const event of [fullEvent, bareEvent, { ...bareEvent, entity_id: "1" }]) {
      for (const entity_type of ["User", "ServiceAccount", "Product", null]) {
        for (const outcome of outcomes) {
          for (const actor_type of actors) check({ ...event, action, entity_type, outcome, actor_type });
        }
      }
    }
  });

  it("has a place for all that an event says", () => {
    for (const action of ["auth.login", "entity.update", "tokens.introspect"]) {
      const text = JSON.stringify(written({ ...fullEvent, action }));
      const {
        occurred_at,
        sealed_at,
        changes,
        metadata,
        leaf_index,
        schema_version,
        personal: _,
        ...others
      } = fullEvent;
      const known = Object.values({ ...others, action, entity_version: "3" }).filter((value) => value !== null);
      for (const value of known) expect(text).toContain(value);
      for (const value of [changes, metadata]) expect(text).toContain(JSON.stringify(value));
      expect(text).toContain(`"sequence":${leaf_index},`);
      expect(text).toContain(`"schema_version":${schema_version},`);
      expect(text).toContain(occurred_at);
      expect(text).toContain(String(Date.parse(sealed_at)));
    }
  });

  it("is a sign-in of the account that was named, also when nobody came in", () => {
    const event = { ...fullEvent, action: "auth.login", entity_type: "User", entity_label: "eve@example.com" };
    expect(
      check({ ...event, outcome: "failure", reason: "INVALID_CREDENTIALS", actor_type: "anonymous" }),
    ).toMatchObject({
      class_uid: 3002,
      type_uid: 300201,
      type_name: "Authentication: Logon",
      time: Date.parse("2026-11-28T10:00:00.123Z"),
      user: { uid: event.entity_id, name: "eve@example.com", type_id: 1 },
      actor: { user: { uid: event.user_id, type_id: 0 } },
      status: "Failure",
      status_code: "INVALID_CREDENTIALS",
      src_endpoint: { ip: "192.0.2.7" },
    });
  });

  it("is a change of an entity, with the version that it has since, and why", () => {
    expect(check(fullEvent)).toMatchObject({
      class_uid: 3004,
      type_uid: 300403,
      entity: { uid: fullEvent.entity_id, type_id: 99, type: "Product", name: "Lamp" },
      updated_entity: { version: "3" },
      comment: "as agreed",
      unmapped: { changes: fullEvent.changes, leaf_hash: fullEvent.leaf_hash },
    });
  });

  it("is an API call when nothing else fits, and tells a denial from a failure", () => {
    const event = { ...bareEvent, action: "Product.read", outcome: "denied", reason: "PERMISSION_MISSING" } as const;
    expect(check(event)).toMatchObject({
      type_uid: 600302,
      severity: "Low",
      status: "Failure",
      status_code: "PERMISSION_MISSING",
      unmapped: { outcome: "denied" },
      api: { operation: "Product.read", service: { name: "dynamic" } },
    });
    expect(check({ ...bareEvent, action: "entity.create" })).toMatchObject({ type_uid: 600301 });
  });

  it("is an account switch when somebody impersonates somebody", () => {
    const event = { ...fullEvent, action: "user.impersonate", entity_type: "User" };
    expect(check(event)).toMatchObject({
      type_uid: 300207,
      account_switch_type_id: 2,
      actor: { user: { uid: event.user_id } },
      user: { uid: event.entity_id },
    });
  });

  it("is high for an alert", () => {
    expect(check({ ...bareEvent, action: "alert.raised" })).toMatchObject({ severity_id: 4, severity: "High" });
  });
});

describe("the schema of these tests", () => {
  it.each([
    ["a number that is no activity", { activity_id: 42, type_uid: 300442 }],
    ["another type", { type_uid: 300401 }],
    ["no entity", { entity: undefined }],
    ["an attribute that is of a profile", { api: { operation: "a.b" } }],
    ["a moment in seconds", { time: 1_700_000_000 }],
    ["a caption of another number", { status: "Failure" }],
  ])("refuses %s", (_, wrong) => {
    expect(ocsfSchemas[3004].safeParse(JSON.parse(JSON.stringify({ ...written(fullEvent), ...wrong }))).success).toBe(
      false,
    );
    expect(ocsfSchemas[3004].safeParse(written(fullEvent)).success).toBe(true);
  });
});
