import type { Database } from "@supergraph/persistence";
import { SEAL } from "./seal.statement.js";

const BATCH = 1_000;
const LOCK = "hashtextextended('audit.sequencer', 0)";

/**
 * A leader that stops in the middle, its process frozen or its machine gone, would keep the lock: the server ends its
 * session instead, and with it the transaction.
 */
const END_WHEN_IDLE = "set_config('idle_in_transaction_session_timeout', '10s', true)";
const TAKE_LEAD = `select ${END_WHEN_IDLE}, pg_try_advisory_xact_lock(${LOCK}) as leads`;
const LIMIT_WAIT = `select ${END_WHEN_IDLE}, set_config('lock_timeout', '15s', true)`;
const WAIT_FOR_LEAD = `select pg_advisory_xact_lock(${LOCK})`;

/** Moves events from the outboxes into the log. */
export class SequencerRepository {
  constructor(private readonly database: Database) {}

  /**
   * Moves the oldest events of all outboxes, `size` at most, and numbers them on from the log's last, all in one
   * transaction: whatever stops it, an event is in its outbox or in the log, and never in both.
   * The transaction itself holds the advisory lock, so that no two can number from the same last event. Writers only
   * insert, and wait for nothing here.
   * Answers how many were sealed; undefined when another sequencer has the lead.
   */
  async sealOldest(size: number): Promise<number | undefined> {
    return this.database.unitOfWork(async () => {
      const { rows } = await this.database.run((query) => query.raw<{ rows: { leads: boolean }[] }>(TAKE_LEAD));
      if (!rows[0]?.leads) return undefined;
      return this.#seal(size);
    });
  }

  /**
   * Waits for the lead and seals everything that has been committed. In a unit of work the lead is held until its end:
   * nobody seals anything between what it reads of the log and what it changes beside it.
   */
  async sealAll(): Promise<void> {
    await this.database.unitOfWork(async () => {
      await this.database.run((query) => query.raw(LIMIT_WAIT));
      await this.database.run((query) => query.raw(WAIT_FOR_LEAD));
      while ((await this.#seal(BATCH)) === BATCH);
    });
  }

  /** A statement of its own: its snapshot is taken after the lock, and sees what the last leader committed. */
  async #seal(size: number): Promise<number> {
    const { rowCount } = await this.database.run((query) => query.raw<{ rowCount: number }>(SEAL, { size }));
    return rowCount;
  }
}
