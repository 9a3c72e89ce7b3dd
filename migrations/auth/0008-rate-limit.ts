import { sqlMigration } from "@supergraph/migrations/kit";

/** What was tried how often, and where people sign in from; subjects and addresses are keyed hashes. */
export default sqlMigration({
  up: `
    create table auth.rate_limit (
      key text primary key,
      points integer not null,
      expire bigint
    );
    create index rate_limit_expire on auth.rate_limit (expire);
    create table auth.known_address (
      user_id uuid not null,
      address_hash bytea not null,
      signed_in_at timestamptz not null default now(),
      primary key (user_id, address_hash)
    );
    create index known_address_signed_in_at on auth.known_address (signed_in_at);`,
  down: `
    drop table auth.known_address;
    drop table auth.rate_limit;`,
});
