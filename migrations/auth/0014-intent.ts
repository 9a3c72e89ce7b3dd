import { intentTables, sqlMigration } from "@supergraph/migrations/kit";

/** What crosses services: registrations among it. People may delete their account, and have their data. */
export default sqlMigration({
  allows: {
    "ban-drop-table": "Registrations under way are given up with it: no release has begun any.",
  },
  up: `
    ${intentTables("auth")}
    drop table auth.registration;
    update auth.role set permissions = permissions || '{users:delete:own,users:export:own}' where name = 'user';`,
  down: `
    update auth.role
      set permissions = array_remove(array_remove(permissions, 'users:delete:own'), 'users:export:own')
      where name = 'user';
    create table auth.registration (
      user_id uuid primary key,
      email text not null,
      started_at timestamptz not null default now()
    );
    create index registration_started_at on auth.registration (started_at);
    drop table auth.undone;
    drop table auth.intent;`,
});
