/** Tables of a service that changes others, or is changed by them, with its own: see docs/adr/0013. */
export const intentTables = (schema: string): string => `
  create table ${schema}.intent (
    id uuid primary key,
    kind text not null,
    user_id uuid not null,
    payload jsonb not null,
    attempt jsonb not null,
    request_id text,
    trace_id text,
    span_id text,
    started_at timestamptz not null default now()
  );
  create index intent_started_at on ${schema}.intent (started_at);
  create table ${schema}.undone (
    id uuid primary key,
    undone_at timestamptz not null default now()
  );`;
