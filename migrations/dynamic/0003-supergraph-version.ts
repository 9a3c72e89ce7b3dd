import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table dynamic.supergraph_version (
      version bigint generated always as identity primary key,
      subgraphs_hash text not null,
      sdl text not null,
      created_at timestamptz not null default now()
    );`,
  down: `drop table dynamic.supergraph_version;`,
});
