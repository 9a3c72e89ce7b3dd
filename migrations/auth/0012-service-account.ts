import { sqlMigration } from "@supergraph/migrations/kit";

/** Machines with an account of their own, and the sessions behind their tokens: a session is a person's or a machine's. */
export default sqlMigration({
  allows: {
    "require-concurrent-index-creation": "No release has this table yet: it is empty or small wherever it is.",
    "ban-drop-not-null": "Auth alone reads the column, and comes with this migration.",
    "constraint-missing-not-valid": "No release has this table yet: it is empty or small wherever it is.",
    "adding-foreign-key-constraint": "No release has this table yet: it is empty or small wherever it is.",
  },
  up: `
    create table auth.service_account (
      id uuid primary key,
      name text not null unique,
      description text,
      secret_hash bytea not null,
      permissions text[] not null,
      created_by uuid not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      disabled_at timestamptz
    );
    alter table auth.session
      alter column user_id drop not null,
      add column service_account_id uuid references auth.service_account (id),
      add column permissions text[],
      add constraint session_holder check (num_nonnulls(user_id, service_account_id) = 1),
      add constraint session_permissions check ((permissions is null) = (service_account_id is null));
    create index session_by_service_account on auth.session (service_account_id) where service_account_id is not null;`,
  down: `
    delete from auth.session where service_account_id is not null;
    alter table auth.session
      drop constraint session_permissions,
      drop constraint session_holder,
      drop column permissions,
      drop column service_account_id,
      alter column user_id set not null;
    drop table auth.service_account;`,
});
