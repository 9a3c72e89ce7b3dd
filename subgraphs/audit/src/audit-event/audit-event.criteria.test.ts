import { SystemError } from "@supergraph/errors";
import { describe, expect, it } from "vitest";
import { criteriaOf, digestOf } from "./audit-event.criteria.js";
import type { AuditEventFilter } from "./audit-event.input.js";

const ID = "01900000-0000-7000-8000-00000000ADA0";

function faultsOf(filter: AuditEventFilter): string[] {
  try {
    criteriaOf(filter);
  } catch (error) {
    if (!(error instanceof SystemError) || error.reason !== "INVALID_INPUT") throw error;
    return (error.extensions.fields as { path: string }[]).map(({ path }) => path);
  }
  return [];
}

describe("a filter of audit events", () => {
  it("asks for nothing where nothing, or null, is given", () => {
    expect(criteriaOf(undefined)).toEqual({});
    expect(criteriaOf(null)).toEqual({});
    expect(criteriaOf({ userId: null, actions: null, since: null })).toEqual({});
  });

  it.each(["auth.*", "auth."])("takes the prefix %s as all actions of a resource", (actionPrefix) => {
    expect(criteriaOf({ actionPrefix })).toEqual({ actionPrefix: "auth." });
  });

  it("takes a prefix without a dot as it stands, and an asterisk alone as every action", () => {
    expect(criteriaOf({ actionPrefix: "auth" })).toEqual({ actionPrefix: "auth" });
    expect(criteriaOf({ actionPrefix: "*" })).toEqual({ actionPrefix: "" });
  });

  it("takes an asterisk for itself anywhere but at the end of a prefix", () => {
    expect(criteriaOf({ actionPrefix: "a*b" })).toEqual({ actionPrefix: "a*b" });
    expect(criteriaOf({ actionPrefix: "a**" })).toEqual({ actionPrefix: "a*" });
  });

  it("takes ids in either case", () => {
    expect(criteriaOf({ userId: ID, sessionId: ID })).toEqual({
      userId: ID.toLowerCase(),
      sessionId: ID.toLowerCase(),
    });
  });

  it("refuses ids that are no UUIDs, but for an entity's", () => {
    expect(faultsOf({ userId: "ada", sessionId: "1", entityId: "Product" })).toEqual([
      "filter.userId",
      "filter.sessionId",
    ]);
  });

  it("refuses text that is empty, too long, or can't be stored, and names each field", () => {
    expect(faultsOf({ text: "", service: "a".repeat(257), ip: "\0", actions: ["ok", ""] })).toEqual([
      "filter.service",
      "filter.ip",
      "filter.text",
      "filter.actions.1",
    ]);
    expect(faultsOf({ text: "a".repeat(256) })).toEqual([]);
  });

  it("refuses more than 100 actions", () => {
    expect(faultsOf({ actions: Array.from({ length: 101 }, () => "a.b") })).toEqual(["filter.actions"]);
    expect(faultsOf({ actions: Array.from({ length: 100 }, () => "a.b") })).toEqual([]);
  });

  it("refuses a range that ends before it begins, and names both ends", () => {
    const earlier = new Date("2026-01-01T00:00:00Z");
    const later = new Date("2026-01-02T00:00:00Z");
    expect(faultsOf({ since: later, until: earlier })).toEqual(["filter.since", "filter.until"]);
    expect(faultsOf({ since: earlier, until: later })).toEqual([]);
    expect(faultsOf({ since: earlier, until: earlier })).toEqual([]);
  });
});

describe("the digest of a filter", () => {
  const digest = (filter: AuditEventFilter) => digestOf(criteriaOf(filter));

  it("is the same for what means the same", () => {
    expect(digest({ service: "auth", actions: ["b", "a", "a"] })).toBe(
      digest({ actions: ["a", "b"], service: "auth" }),
    );
    expect(digest({ userId: ID, ip: null })).toBe(digest({ userId: ID.toLowerCase() }));
  });

  it("differs for what means something else", () => {
    const filters: AuditEventFilter[] = [
      {},
      { service: "auth" },
      { ip: "auth" },
      { actions: [] },
      { actions: ["auth"] },
      { actionPrefix: "*" },
      { since: new Date(0) },
      { until: new Date(0) },
    ];
    expect(new Set(filters.map(digest)).size).toBe(filters.length);
  });
});
