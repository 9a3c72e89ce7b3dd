import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@supergraph/persistence";
import { EVENT_COLUMNS, type AuditEvent } from "./audit-event.js";

const STATUS_ATTEMPTS = 100;
const STATUS_INTERVAL_MS = 50;

/** PostgreSQL's text holds every character but U+0000, which a client may send as the id of a target, say. */
function storable(value: string | number | null): string | number | null {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}

/** Every change waits for it: neither a query builder nor PostgreSQL's planner has a part in it. */
const INSERT = {
  name: "audit-outbox-insert",
  text: `
    insert into audit_outbox (${EVENT_COLUMNS.join(", ")})
    values (${EVENT_COLUMNS.map((_, index) => `$${index + 1}`).join(", ")})`,
};

function valuesOf(event: AuditEvent): (string | number | null)[] {
  return EVENT_COLUMNS.map((column) => {
    const value = event[column];
    return typeof value === "object" && value !== null ? JSON.stringify(value) : storable(value);
  });
}

/** The service's `audit_outbox`. Only inserts: the audit service drains it, and the role may do no more. */
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  async insert(event: AuditEvent): Promise<void> {
    await this.database.runPrepared(INSERT, valuesOf(event));
  }

  /** As the last that the current unit of work does, together with its COMMIT. */
  async insertWithCommit(event: AuditEvent): Promise<void> {
    await this.database.runWithCommit(INSERT, valuesOf(event));
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
