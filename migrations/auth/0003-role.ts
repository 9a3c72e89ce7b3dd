import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table auth.role (
      id uuid primary key,
      name text not null unique,
      description text,
      built_in boolean not null default false,
      permissions text[] not null default '{}',
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create table auth.role_grant (
      user_id uuid not null,
      role_id uuid not null references auth.role (id),
      granted_by uuid,
      granted_at timestamptz not null default now(),
      primary key (user_id, role_id)
    );
    create index role_grant_role on auth.role_grant (role_id);`,
  down: `
    drop table auth.role_grant;
    drop table auth.role;`,
});
