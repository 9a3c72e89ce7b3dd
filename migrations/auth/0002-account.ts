import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table auth.account (
      user_id uuid primary key,
      email text not null,
      password_hash text not null,
      email_verified boolean not null default false,
      status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'DELETED')),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index account_email on auth.account (lower(email));
    create table auth.registration (
      user_id uuid primary key,
      email text not null,
      started_at timestamptz not null default now()
    );
    create index registration_started_at on auth.registration (started_at);`,
  down: `
    drop table auth.registration;
    drop table auth.account;`,
});
