import { sqlMigration } from "@supergraph/migrations/kit";

/** Mails that are still to be sent, and the single-use tokens of the links in those that were. */
export default sqlMigration({
  up: `
    create table auth.mail_job (
      id uuid primary key,
      kind text not null,
      user_id uuid,
      email text,
      created_at timestamptz not null default now(),
      attempts integer not null default 0,
      due_at timestamptz not null default now()
    );
    create index mail_job_due_at on auth.mail_job (due_at);
    create index mail_job_by_user on auth.mail_job (user_id);
    create table auth.mail_token (
      user_id uuid not null,
      kind text not null,
      token_hash bytea not null unique,
      email text not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz,
      primary key (user_id, kind)
    );
    create index mail_token_expires_at on auth.mail_token (expires_at);`,
  down: `
    drop table auth.mail_token;
    drop table auth.mail_job;`,
});
