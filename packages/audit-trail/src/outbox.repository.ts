import type { Database } from "@supergraph/persistence";
import type { AuditEvent } from "./audit-event.js";

/** PostgreSQL's text holds every character but U+0000, which a client may send as the id of a target, say. */
function storable(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}

/** The service's `audit_outbox`. Only inserts: the audit service drains it, and the role may do no more. */
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  async insert(event: AuditEvent): Promise<void> {
    await this.database.run((query) =>
      query("audit_outbox").insert({
        ...Object.fromEntries(Object.entries(event).map(([column, value]) => [column, storable(value)])),
        changes: JSON.stringify(event.changes),
        metadata: event.metadata && JSON.stringify(event.metadata),
      }),
    );
  }
}
