import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table dynamic.entity_type (
      name text primary key,
      plural_name text not null unique,
      definition jsonb not null,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      created_by uuid
    );
    create table dynamic.entity (
      id uuid primary key,
      entity_type text not null references dynamic.entity_type (name)
    );
    create index entity_entity_type on dynamic.entity (entity_type, id);`,
  // The service made a table for each type, with foreign keys to entity perhaps.
  down: `
    do $$
    declare type_name text;
    begin
      for type_name in select name from dynamic.entity_type loop
        execute format('drop table if exists dynamic.%I cascade', type_name);
      end loop;
    end $$;
    drop table dynamic.entity;
    drop table dynamic.entity_type;`,
});
