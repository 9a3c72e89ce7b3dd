import { intentTables, sqlMigration } from "@supergraph/migrations/kit";

/** What crosses services, and what is left of a person whose data was erased. */
export default sqlMigration({
  allows: {
    "ban-drop-not-null": "Users alone reads the column, and comes with this migration.",
    "constraint-missing-not-valid": "No release has this table yet: it is empty or small wherever it is.",
  },
  up: `
    ${intentTables("users")}
    alter table users.person
      alter column email drop not null,
      add column erased_at timestamptz,
      add column erasure_event_id uuid,
      add constraint person_erased
        check ((erased_at is null) = (email is not null) and (erased_at is null) = (erasure_event_id is null)),
      add constraint person_erased_status check (erased_at is null or status = 'DELETED');`,
  down: `
    alter table users.person
      drop constraint person_erased,
      drop constraint person_erased_status,
      drop column erased_at,
      drop column erasure_event_id;
    update users.person set email = id || '@erased.invalid' where email is null;
    alter table users.person alter column email set not null;
    drop table users.undone;
    drop table users.intent;`,
});
