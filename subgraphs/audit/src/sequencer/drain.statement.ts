import { EVENT_COLUMNS } from "@supergraph/audit-trail";
import { subgraphNames } from "@supergraph/service";

/** A moment to the microsecond, as the leaves have it: a Date would cut it. */
export const inMicroseconds = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const columns = EVENT_COLUMNS.map((name) => {
  if (name === "occurred_at") return `${inMicroseconds(name)} as ${name}`;
  return name === "changes" ? "coalesce(changes, '[]') as changes" : name;
}).join(", ");

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
