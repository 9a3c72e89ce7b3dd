import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table audit.legal_hold (
      id uuid primary key,
      user_id uuid,
      entity_id text,
      reason text not null,
      placed_by text,
      placed_at timestamptz not null default now(),
      lift_reason text,
      lifted_by text,
      lifted_at timestamptz,
      check (num_nonnulls(user_id, entity_id) = 1),
      check ((lifted_at is null) = (lift_reason is null))
    );
    create index legal_hold_user on audit.legal_hold (user_id) where lifted_at is null;

    -- When a month of the log is due: null for what is kept for good, and for what is no month of it.
    create function audit.partition_due_at(part text) returns timestamptz
    language sql stable set search_path = pg_catalog, pg_temp as $$
      select (to_date(name[2], 'YYYYMM') + interval '1 month') at time zone 'UTC' + make_interval(hours => 24 * name[1]::integer)
      from regexp_match(part, '^event_([1-9][0-9]*)_([0-9]{6})$') as name
      where exists (
        select from pg_partition_tree('audit.event') where isleaf and relid = to_regclass(format('audit.%I', part))
      )
    $$;
    revoke all on function audit.partition_due_at from public;

    -- Whether somebody or something that is held has an event in a month of the log.
    create function audit.is_on_hold(part text) returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    declare
      found boolean;
    begin
      if audit.partition_due_at(part) is null then raise exception '% is no month of the log that ends', part; end if;
      execute format($query$
        with held as materialized (
          select user_id, user_id::text as person, lower(entity_id) as entity from audit.legal_hold where lifted_at is null
        )
        select exists (select from audit.%1$I as event join held on held.user_id = event.user_id)
            or exists (select from audit.%1$I as event join held on held.user_id = event.impersonator_id)
            or exists (select from audit.%1$I as event join held on held.entity = lower(event.entity_id))
            or exists (select from audit.%1$I as event join held on held.person = lower(event.entity_id)
                       where event.entity_type = 'User')
            or exists (select from audit.%1$I as event join held on held.person = lower(event.metadata ->> 'userId')
                       where event.entity_type = 'ApiKey')
        $query$, part) into found;
      return found;
    end $$;
    revoke all on function audit.is_on_hold from public;

    -- Runs as the owner, because the service may not drop: and drops nothing but what is due, whatever the service asks.
    -- Its caller holds the sequencer's lead, and says the last leaf that it has exported.
    create function audit.retire_partition(part text, last_leaf bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      due timestamptz := audit.partition_due_at(part);
      kept text := substring(part from '^event_[0-9]+');
      last bigint;
    begin
      if due is null then raise exception '% is no month of the log that ends', part; end if;
      if due > clock_timestamp() then raise exception '% is kept until %', part, due; end if;
      -- Nobody places a hold between this look and the end.
      lock table audit.legal_hold in share mode;
      if audit.is_on_hold(part) then raise exception '% is under legal hold', part; end if;
      execute format('select max(leaf_index) from audit.%I', part) into last;
      if last > last_leaf then
        raise exception '% has events that came late', part using errcode = 'object_not_in_prerequisite_state';
      end if;
      if last >= (select size / 256 * 256 from audit.tree) then
        raise exception '% has leaves whose hashes stand nowhere else', part;
      end if;
      execute format('alter table audit.%I detach partition audit.%I', kept, part);
      execute format('drop table audit.%I', part);
    end $$;
    revoke all on function audit.retire_partition from public;`,
  down: `
    drop function audit.retire_partition, audit.is_on_hold, audit.partition_due_at;
    drop table audit.legal_hold;`,
});
