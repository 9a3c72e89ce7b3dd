import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table auth.session (
      id uuid primary key,
      user_id uuid not null,
      created_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz,
      ip text,
      user_agent text
    );
    create index session_by_user on auth.session (user_id, created_at, id);
    create table auth.refresh_token (
      token_hash bytea primary key,
      session_id uuid not null references auth.session (id) on delete cascade,
      generation integer not null,
      created_at timestamptz not null default now(),
      used_at timestamptz,
      expires_at timestamptz not null,
      unique (session_id, generation)
    );
    create table auth.session_change (
      position bigint generated always as identity primary key,
      kind text not null check (kind in ('session', 'user', 'everyone')),
      subject_id uuid check ((subject_id is null) = (kind = 'everyone')),
      occurred_at timestamptz not null default now()
    );`,
  down: `
    drop table auth.session_change;
    drop table auth.refresh_token;
    drop table auth.session;`,
});
