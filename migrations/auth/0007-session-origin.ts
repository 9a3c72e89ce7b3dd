import { sqlMigration } from "@supergraph/migrations/kit";

/** How a session began, accounts that nobody has given a password yet, and more to tell the gateways of. */
export default sqlMigration({
  allows: {
    "require-concurrent-index-creation": "No release has this table yet: it is empty or small wherever it is.",
    "ban-drop-not-null": "Auth alone reads the column, and comes with this migration.",
    "constraint-missing-not-valid": "No release has this table yet: it is empty or small wherever it is.",
  },
  up: `
    alter table auth.session
      add column amr text[] not null default '{pwd}',
      add column impersonator_id uuid;
    create index session_by_impersonator on auth.session (impersonator_id) where impersonator_id is not null;
    alter table auth.account alter column password_hash drop not null;
    alter table auth.session_change
      drop constraint session_change_kind_check,
      drop constraint session_change_check,
      add constraint session_change_kind check (kind in ('session', 'user', 'everyone', 'api_key', 'keys')),
      add constraint session_change_subject check ((subject_id is null) = (kind in ('everyone', 'keys')));`,
  down: `
    delete from auth.session_change where kind in ('api_key', 'keys');
    alter table auth.session_change
      drop constraint session_change_kind,
      drop constraint session_change_subject,
      add constraint session_change_kind_check check (kind in ('session', 'user', 'everyone')),
      add constraint session_change_check check ((subject_id is null) = (kind = 'everyone'));
    update auth.account set password_hash = '' where password_hash is null;
    alter table auth.account alter column password_hash set not null;
    delete from auth.session where impersonator_id is not null;
    alter table auth.session drop column impersonator_id, drop column amr;`,
});
