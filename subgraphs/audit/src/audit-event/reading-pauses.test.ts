import { describe, expect, it } from "vitest";
import { criteriaOf } from "./audit-event.criteria.js";
import type { AuditEventFilter } from "./audit-event.input.js";
import { pausesOf } from "./reading-pauses.js";

const now = new Date("2026-11-28T10:00:00Z");

function monthsOf(filter: AuditEventFilter, direction: "asc" | "desc", from?: string): string[] {
  return pausesOf(criteriaOf(filter), direction, from, now).map((moment) => moment.toISOString().slice(0, 10));
}

describe("reading the log pauses", () => {
  it("at the start of last month when it goes back from now, and then ever further back", () => {
    expect(monthsOf({}, "desc")).toEqual(["2026-10-01", "2026-07-01", "2025-07-01"]);
  });

  it("from where the list or the cursor begins", () => {
    expect(monthsOf({ until: new Date("2026-03-01T00:00:00Z") }, "desc")[0]).toBe("2026-02-01");
    expect(monthsOf({}, "desc", "2025-01-31 23:59:59.5+00")[0]).toBe("2024-12-01");
    expect(monthsOf({}, "asc", "2025-01-31 23:59:59.5+00")[0]).toBe("2025-03-01");
    expect(monthsOf({ since: new Date("2026-01-15T00:00:00Z") }, "asc")).toEqual(["2026-03-01", "2026-06-01"]);
  });

  it("not beyond the end of the list", () => {
    expect(monthsOf({ since: new Date("2026-10-15T00:00:00Z") }, "desc")).toEqual([]);
    expect(monthsOf({ since: new Date("2026-08-15T00:00:00Z") }, "desc")).toEqual(["2026-10-01"]);
  });

  it("never where nobody knows where the list begins, or for what happened once", () => {
    expect(monthsOf({}, "asc")).toEqual([]);
    expect(monthsOf({ requestId: "r" }, "desc")).toEqual([]);
    expect(monthsOf({ traceId: "t" }, "desc")).toEqual([]);
  });
});
