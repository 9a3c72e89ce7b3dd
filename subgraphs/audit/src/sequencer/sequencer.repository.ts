import type { AuditEvent } from "@supergraph/audit-trail";
import type { Database } from "@supergraph/persistence";
import { DRAIN, inMicroseconds } from "./drain.statement.js";
import { SEALED_COLUMNS, type SealedRow } from "./sealed-event.js";

const LOCK = "hashtextextended('audit.sequencer', 0)";

/**
 * A leader that stops in the middle, its process frozen or its machine gone, would keep the lock: the server ends its
 * session instead, and with it the transaction.
 */
const END_WHEN_IDLE = "set_config('idle_in_transaction_session_timeout', '10s', true)";
const TAKE_LEAD = `select ${END_WHEN_IDLE}, pg_try_advisory_xact_lock(${LOCK}) as leads`;
const LIMIT_WAIT = `select ${END_WHEN_IDLE}, set_config('lock_timeout', '15s', true)`;
const WAIT_FOR_LEAD = `select pg_advisory_xact_lock(${LOCK})`;

/** A month of the log, among the events that are kept for as long. */
export interface PartitionOfLog {
  retentionDays: number;
  /** Any moment of the month. */
  moment: string;
}

/** Takes events out of the outboxes and puts them into the log. All of it is for who has the lead. */
export class SequencerRepository {
  constructor(private readonly database: Database) {}

  /** Whether this unit of work has the lead, which it then keeps until its end. */
  async takeLead(): Promise<boolean> {
    const { rows } = await this.database.run((query) => query.raw<{ rows: { leads: boolean }[] }>(TAKE_LEAD));
    return rows[0]?.leads ?? false;
  }

  /** Waits for the lead. @throws Error after 15 s */
  async waitForLead(): Promise<void> {
    await this.database.run((query) => query.raw(LIMIT_WAIT));
    await this.database.run((query) => query.raw(WAIT_FOR_LEAD));
  }

  /**
   * Takes the oldest events out of all outboxes, `size` at most, in the order of the log. A statement of its own: its
   * snapshot is taken after the lock, and sees what the last leader committed.
   */
  async drain(size: number): Promise<AuditEvent[]> {
    const { rows } = await this.database.run((query) => query.raw<{ rows: AuditEvent[] }>(DRAIN, { size }));
    return rows;
  }

  /** The database's clock, to the microsecond. */
  async now(): Promise<string> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { now: string }[] }>(`select ${inMicroseconds("clock_timestamp()")} as now`),
    );
    return rows[0]?.now ?? new Date().toISOString();
  }

  async ensurePartitions(partitions: readonly PartitionOfLog[]): Promise<void> {
    for (const { retentionDays, moment } of partitions) {
      await this.database.run((query) => query.raw("select audit.ensure_partition(?, ?)", [retentionDays, moment]));
    }
  }

  /** Adds them to the log. They are made in slices, each while PostgreSQL stores the one before. */
  async insert(slices: Iterable<readonly SealedRow[]>): Promise<void> {
    await this.database.copyIn<SealedRow>("audit.event", SEALED_COLUMNS, slices);
  }
}
