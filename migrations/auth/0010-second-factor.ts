import { sqlMigration } from "@supergraph/migrations/kit";

/** A second factor, the enrollment of one that is not confirmed yet, and what stands in for it when it is lost. */
export default sqlMigration({
  up: `
    create table auth.totp (
      user_id uuid primary key references auth.account (user_id) on delete cascade,
      secret_encrypted bytea not null,
      confirmed_at timestamptz not null default now(),
      last_used_step bigint not null
    );
    create table auth.totp_enrollment (
      user_id uuid primary key references auth.account (user_id) on delete cascade,
      secret_encrypted bytea not null,
      started_at timestamptz not null default now()
    );
    create index totp_enrollment_started_at on auth.totp_enrollment (started_at);
    create table auth.recovery_code (
      user_id uuid not null references auth.totp (user_id) on delete cascade,
      code_hash bytea not null,
      primary key (user_id, code_hash)
    );`,
  down: `
    drop table auth.recovery_code;
    drop table auth.totp_enrollment;
    drop table auth.totp;`,
});
