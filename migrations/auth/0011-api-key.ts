import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table auth.api_key (
      id uuid primary key,
      user_id uuid not null references auth.account (user_id) on delete cascade,
      name text not null,
      prefix text not null,
      secret_hash bytea not null unique,
      permissions text[] not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      expires_at timestamptz,
      revoked_at timestamptz
    );
    create index api_key_by_user on auth.api_key (user_id, created_at, id);`,
  down: `drop table auth.api_key;`,
});
