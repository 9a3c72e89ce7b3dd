import { sqlMigration, type Migration } from "./migration.js";

/** The columns of an audit event, alike in every outbox and in the log itself (docs/architecture.md). */
export const eventColumns = `
  id uuid primary key,
  occurred_at timestamptz not null default now(),
  service text not null,
  action text not null,
  outcome text not null check (outcome in ('success', 'failure', 'denied')),
  reason text,
  user_id uuid,
  actor_type text not null check (actor_type in ('user', 'api_key', 'service', 'anonymous', 'system')),
  actor_label text,
  impersonator_id uuid,
  entity_id text,
  entity_type text,
  entity_label text,
  entity_version integer,
  changes jsonb,
  metadata jsonb,
  request_id text,
  trace_id text,
  span_id text,
  session_id uuid,
  ip text,
  user_agent text,
  operation_name text,
  path text,
  schema_version integer not null`;

/** Texts that clients have a hand in: what the log could not index would hold up its sealing, for every service. */
export const boundedTextColumns = [
  "action",
  "reason",
  "actor_label",
  "entity_id",
  "entity_type",
  "entity_label",
].concat(["request_id", "trace_id", "span_id", "ip", "user_agent", "operation_name", "path"]);

export const boundedText = boundedTextColumns.map((column) => `coalesce(length(${column}), 0) <= 512`).join(" and ");

/** The names in `eventColumns`, in order. */
export const eventColumnNames = [...eventColumns.matchAll(/^ {2}(\w+)/gm)].map((match) => match[1] ?? "");

/**
 * The migration that makes a service's outbox, so that all outboxes are alike.
 * Applied migrations rest on it: give the outboxes a new column by new migrations, not here.
 */
export function auditOutbox(schema: string): Migration {
  return sqlMigration({
    up: `
      create table ${schema}.audit_outbox (${eventColumns}, constraint audit_outbox_text_length check (${boundedText}));
      create index audit_outbox_order on ${schema}.audit_outbox (occurred_at, id);`,
    down: `drop table ${schema}.audit_outbox;`,
  });
}
