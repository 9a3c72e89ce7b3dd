import type { Database } from "@supergraph/persistence";
import type { AuditEvent } from "./audit-event.js";

/** The service's `audit_outbox`. Only inserts: the audit service drains it, and the role may do no more. */
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  async insert(event: AuditEvent): Promise<void> {
    await this.database.run((query) =>
      query("audit_outbox").insert({
        ...event,
        changes: JSON.stringify(event.changes),
        metadata: event.metadata && JSON.stringify(event.metadata),
      }),
    );
  }
}
