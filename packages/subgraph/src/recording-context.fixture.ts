import { setTimeout as sleep } from "node:timers/promises";
import { AuditTrail, EVENT_COLUMNS, type AuditEvent } from "@supergraph/audit-trail";
import type { Claims } from "@supergraph/identity";
import type { Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { Caller, type SubgraphContext } from "./context.js";

/** A real audit trail over a database that keeps the events; that it stores them is tested in audit-trail. */
export function recordingAudit(): { audit: AuditTrail; events: AuditEvent[] } {
  const events: AuditEvent[] = [];
  // As a database would, it takes a while: who is answered before has been answered too early.
  const slowly = (work: () => Promise<unknown>) => sleep(5).then(work);
  const insert = (_: unknown, values: readonly unknown[]) => {
    events.push(eventOf(values));
    return Promise.resolve([]);
  };
  const database = {
    runPrepared: insert,
    runWithCommit: insert,
    identifyUnit: () => undefined,
    unitOfWork: (work: () => Promise<unknown>) => work(),
    independently: slowly,
    runApart: slowly,
  } as unknown as Database;
  return { audit: new AuditTrail("things", database, createLog("users", "silent")), events };
}

/** The event of which these are the columns' values. */
function eventOf(values: readonly unknown[]): AuditEvent {
  const isJson = (column: string) => column === "changes" || column === "metadata";
  const columns = EVENT_COLUMNS.map((column, index): [string, unknown] => {
    const value = values[index];
    return [column, isJson(column) && typeof value === "string" ? JSON.parse(value) : value];
  });
  return Object.fromEntries(columns) as unknown as AuditEvent;
}

/** The context of one request of that caller, and the events that it leaves. */
export function recordingContext(caller: Claims | undefined): { context: SubgraphContext; events: AuditEvent[] } {
  const { audit, events } = recordingAudit();
  return { context: { audit, caller: new Caller({ caller, request: {} }) }, events };
}
