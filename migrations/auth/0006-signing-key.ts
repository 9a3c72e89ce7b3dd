import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table auth.signing_key (
      kid text primary key,
      algorithm text not null,
      public_jwk jsonb not null,
      private_jwk_encrypted bytea not null,
      status text not null check (status in ('PUBLISHED', 'ACTIVE', 'RETIRING', 'RETIRED')),
      created_at timestamptz not null default now(),
      activated_at timestamptz,
      retired_at timestamptz
    );
    create unique index signing_key_active on auth.signing_key (status) where status = 'ACTIVE';`,
  down: `drop table auth.signing_key;`,
});
