import { setTimeout as sleep } from "node:timers/promises";
import { AuditTrail, type AuditEvent } from "@supergraph/audit-trail";
import type { Claims } from "@supergraph/identity";
import type { Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { Caller, type SubgraphContext } from "./context.js";

/** A real audit trail over a database that keeps the events; that it stores them is tested in audit-trail. */
export function recordingAudit(): { audit: AuditTrail; events: AuditEvent[] } {
  const events: AuditEvent[] = [];
  const insert = (event: AuditEvent) => {
    events.push(event);
    return { returning: () => Promise.resolve([{ transaction_id: "1" }]) };
  };
  const query = Object.assign(() => ({ insert }), { raw: (sql: string) => sql });
  const database = {
    run: (statements: (query: unknown) => unknown) => Promise.resolve(statements(query)),
    unitOfWork: (work: () => Promise<unknown>) => work(),
    // As a database would, it takes a while: who is answered before has been answered too early.
    independently: (work: () => Promise<unknown>) => sleep(5).then(work),
  } as unknown as Database;
  return { audit: new AuditTrail("things", database, createLog("users", "silent")), events };
}

/** The context of one request of that caller, and the events that it leaves. */
export function recordingContext(caller: Claims | undefined): { context: SubgraphContext; events: AuditEvent[] } {
  const { audit, events } = recordingAudit();
  return { context: { audit, caller: new Caller({ caller, request: {} }) }, events };
}
