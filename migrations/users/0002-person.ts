import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table users.person (
      id uuid primary key,
      email text not null,
      first_name text not null,
      last_name text not null,
      display_name text not null,
      status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'DELETED')),
      bio text,
      avatar_url text,
      website text,
      location text,
      time_zone text not null default 'UTC',
      locale text not null default 'en',
      theme text not null default 'SYSTEM' check (theme in ('LIGHT', 'DARK', 'SYSTEM')),
      email_notifications boolean not null default true,
      settings jsonb not null default '{}',
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index person_email on users.person (lower(email));`,
  down: `drop table users.person;`,
});
