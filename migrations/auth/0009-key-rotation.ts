import { sqlMigration } from "@supergraph/migrations/kit";

/** Keys that have been replaced and whose private part is gone; what is over is found to be deleted. */
export default sqlMigration({
  allows: {
    "require-concurrent-index-creation": "No release has this table yet: it is empty or small wherever it is.",
    "ban-drop-not-null": "Auth alone reads the column, and comes with this migration.",
  },
  up: `
    alter table auth.signing_key
      alter column private_jwk_encrypted drop not null,
      add column replaced_at timestamptz;
    create unique index signing_key_published on auth.signing_key (status) where status = 'PUBLISHED';
    create index session_over on auth.session ((coalesce(ended_at, expires_at)));
    create index refresh_token_expiry on auth.refresh_token (expires_at);
    create index session_change_time on auth.session_change (occurred_at);`,
  down: `
    drop index auth.session_change_time;
    drop index auth.refresh_token_expiry;
    drop index auth.session_over;
    drop index auth.signing_key_published;
    delete from auth.signing_key where private_jwk_encrypted is null;
    alter table auth.signing_key
      drop column replaced_at,
      alter column private_jwk_encrypted set not null;`,
});
