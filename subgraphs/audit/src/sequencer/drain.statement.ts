import type { AuditEvent } from "@supergraph/audit-trail";
import { subgraphNames } from "@supergraph/service";

/** Holds the name of each column of an event: the compiler sees when one is missing. */
export const EVENT_COLUMNS: Record<keyof AuditEvent, true> = {
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

/** A moment to the microsecond, as the leaves have it: a Date would cut it. */
export const inMicroseconds = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const columns = Object.keys(EVENT_COLUMNS)
  .map((name) => {
    if (name === "occurred_at") return `${inMicroseconds(name)} as ${name}`;
    return name === "changes" ? "coalesce(changes, '[]') as changes" : name;
  })
  .join(", ");

const eachOutbox = (statement: (schema: string) => string, separator: string) =>
  subgraphNames.map(statement).join(separator);

/**
 * Takes the oldest events, `:size` at most, out of all outboxes.
 * Ids go to DELETE as an array, so that each is one look into the primary key, however little the planner knows.
 */
export const DRAIN = `
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
  )}
  select * from (
    ${eachOutbox((schema) => `select * from drained_${schema}`, " union all ")}
  ) as drained order by occurred_at, id`;
