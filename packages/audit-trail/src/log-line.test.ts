import { describe, expect, it } from "vitest";
import type { AuditEvent } from "./audit-event.js";
import { logLineOf } from "./log-line.js";

const event: AuditEvent = {
  id: "01900000-0000-7000-8000-00000000e0e0",
  occurred_at: "2026-01-01T00:00:00.000Z",
  service: "users",
  action: "user.update",
  outcome: "success",
  reason: "in Ada's own words",
  user_id: "01900000-0000-7000-8000-00000000ada0",
  actor_type: "user",
  actor_label: "ada@example.com",
  impersonator_id: null,
  entity_id: "01900000-0000-7000-8000-00000000ada0",
  entity_type: "User",
  entity_label: "ada@example.com",
  entity_version: 2,
  changes: [{ field: "bio", before: "about Ada", after: null }],
  metadata: null,
  request_id: null,
  trace_id: null,
  span_id: null,
  session_id: null,
  ip: "192.0.2.1",
  user_agent: "Ada's browser",
  operation_name: "Update",
  path: "updateUser",
  schema_version: 1,
};

describe("the line of an event in the log stream", () => {
  it("has the event's names, and none of a person's values", () => {
    const line = logLineOf(event);
    expect(Object.keys({ ...line, service: "users" }).sort()).toEqual(Object.keys(event).sort());
    expect(JSON.stringify(line)).not.toMatch(/ada@|Ada|192/);
    expect(line).toMatchObject({
      user_id: event.user_id,
      entity_id: event.entity_id,
      changes: [{ field: "bio", before: null, after: null, redacted: true }],
    });
  });

  it("keeps what is said of a thing, and why something was refused", () => {
    const changes = [{ field: "price", before: 1, after: 2 }];
    expect(logLineOf({ ...event, entity_type: "Product", entity_label: "Lamp", changes })).toMatchObject({
      entity_label: "Lamp",
      reason: event.reason,
      changes,
    });
    expect(logLineOf({ ...event, outcome: "denied", reason: "PERMISSION_MISSING" }).reason).toBe("PERMISSION_MISSING");
  });

  it("keeps the label of a service", () => {
    expect(logLineOf({ ...event, actor_type: "service", actor_label: "auth" }).actor_label).toBe("auth");
  });
});
