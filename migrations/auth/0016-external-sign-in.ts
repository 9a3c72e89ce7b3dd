import { sqlMigration } from "@supergraph/migrations/kit";

/** Sign-in with an outside OpenID provider: who people are there, sign-ins under way, and the codes they end with. */
export default sqlMigration({
  up: `
    create table auth.external_identity (
      issuer text not null,
      subject text not null,
      user_id uuid not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null default now(),
      primary key (issuer, subject)
    );
    create index external_identity_by_user on auth.external_identity (user_id);
    create table auth.external_sign_in (
      state_hash bytea primary key,
      browser_hash bytea not null,
      request_encrypted bytea not null,
      expires_at timestamptz not null
    );
    create index external_sign_in_by_end on auth.external_sign_in (expires_at);
    create table auth.authorization_code (
      code_hash bytea primary key,
      user_id uuid not null,
      redirect_uri text not null,
      code_challenge text not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      session_id uuid
    );
    create index authorization_code_by_end on auth.authorization_code (expires_at);
    create index authorization_code_by_user on auth.authorization_code (user_id);`,
  down: `
    drop table auth.authorization_code;
    drop table auth.external_sign_in;
    drop table auth.external_identity;`,
});
