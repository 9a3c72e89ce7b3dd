import { eventColumns, sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table audit.event (${eventColumns.replace("id uuid primary key", "id uuid not null unique")},
      leaf_index bigint primary key check (leaf_index >= 0),
      sealed_at timestamptz not null default now()
    );
    create index event_order on audit.event (occurred_at, id);
    create index event_user on audit.event (user_id, occurred_at, id);
    create index event_entity on audit.event (entity_id, occurred_at, id);
    create index event_action on audit.event (action text_pattern_ops, occurred_at);
    create index event_request on audit.event (request_id);
    create index event_trace on audit.event (trace_id);
    create index event_session on audit.event (session_id);`,
  down: `drop table audit.event;`,
});
