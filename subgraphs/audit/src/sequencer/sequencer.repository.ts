import type { AuditEvent } from "@supergraph/audit-trail";
import type { Database } from "@supergraph/persistence";
import { subgraphNames } from "@supergraph/service";

/** Holds the name of each column of an event: the compiler sees when one is missing. */
const COLUMN_NAMES: Record<keyof AuditEvent, true> = {
  id: true,
  occurred_at: true,
  service: true,
  action: true,
  outcome: true,
  reason: true,
  user_id: true,
  actor_type: true,
  actor_label: true,
  impersonator_id: true,
  entity_id: true,
  entity_type: true,
  entity_label: true,
  entity_version: true,
  changes: true,
  metadata: true,
  request_id: true,
  trace_id: true,
  span_id: true,
  session_id: true,
  ip: true,
  user_agent: true,
  operation_name: true,
  path: true,
  schema_version: true,
};
const columns = Object.keys(COLUMN_NAMES).join(", ");

const eachOutbox = (statement: (schema: string) => string, separator: string) =>
  subgraphNames.map(statement).join(separator);

/**
 * A leader that stops in the middle, its process frozen or its machine gone, would keep the lock: the server ends its
 * session instead, and with it the transaction.
 */
const TAKE_LEAD = `
  select set_config('idle_in_transaction_session_timeout', '10s', true),
         pg_try_advisory_xact_lock(hashtextextended('audit.sequencer', 0)) as leads`;

/** Ids go to DELETE as an array, so that each is one look into the primary key, however little the planner knows. */
const SEAL = `
  with oldest as materialized (
    select outbox, id from (
      ${eachOutbox(
        (schema) => `
      (select '${schema}' as outbox, id, occurred_at from ${schema}.audit_outbox order by occurred_at, id limit :size)`,
        " union all ",
      )}
    ) as candidate order by occurred_at, id limit :size
  ), ${eachOutbox(
    (schema) => `
  drained_${schema} as (
    delete from ${schema}.audit_outbox
    where id = any (array(select id from oldest where outbox = '${schema}')) returning ${columns}
  )`,
    ", ",
  )}, drained as (
    ${eachOutbox((schema) => `select * from drained_${schema}`, " union all ")}
  )
  insert into audit.event (${columns}, leaf_index)
  select ${columns},
         (select coalesce(max(leaf_index), -1) from audit.event) + row_number() over (order by occurred_at, id)
  from drained`;

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
      // A statement of its own: its snapshot is taken after the lock, and sees what the last leader committed.
      const sealed = await this.database.run((query) => query.raw<{ rowCount: number }>(SEAL, { size }));
      return sealed.rowCount;
    });
  }
}
