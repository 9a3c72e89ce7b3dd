import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@supergraph/persistence";
import type { AuditEvent } from "./audit-event.js";

const STATUS_ATTEMPTS = 100;
const STATUS_INTERVAL_MS = 50;

/** PostgreSQL's text holds every character but U+0000, which a client may send as the id of a target, say. */
function storable(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}

/** The service's `audit_outbox`. Only inserts: the audit service drains it, and the role may do no more. */
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  /** Returns the id of the transaction that the event commits with. */
  async insert(event: AuditEvent): Promise<string> {
    const rows = await this.database.run((query) =>
      query("audit_outbox")
        .insert({
          ...Object.fromEntries(Object.entries(event).map(([column, value]) => [column, storable(value)])),
          changes: JSON.stringify(event.changes),
          metadata: event.metadata && JSON.stringify(event.metadata),
        })
        .returning<{ transaction_id: string }[]>(query.raw("pg_current_xact_id()::text as transaction_id")),
    );
    return rows[0]?.transaction_id ?? "";
  }

  /** Whether a transaction that is over for this process has committed: the answer to its COMMIT may have been lost. */
  async isCommitted(transactionId: string): Promise<boolean> {
    for (let attempt = 0; attempt < STATUS_ATTEMPTS; attempt++) {
      const status = await this.#statusOf(transactionId);
      if (status !== "in progress") return status === "committed";
      await sleep(STATUS_INTERVAL_MS);
    }
    throw new Error("PostgreSQL does not come to an end with a transaction");
  }

  async #statusOf(transactionId: string): Promise<string | null> {
    const { rows } = await this.database.runApart((query) =>
      query.raw<{ rows: { status: string | null }[] }>("select pg_xact_status(?::xid8) as status", [transactionId]),
    );
    return rows[0]?.status ?? null;
  }
}
