import type { Knex } from "knex";
import { eventColumnNames, eventColumns, type Migration, sqlMigration } from "@supergraph/migrations/kit";
import event from "./0002-event.ts";
import knownEvent from "./0003-known-event.ts";
import personalValue from "./0004-personal-value.ts";

/** A client's address and what it calls itself are always somebody's: they stand encrypted, elsewhere. */
const neverInTheLog = ["ip", "user_agent"];
const columns = eventColumnNames.join(", ");
const outboxes = ["users", "auth", "dynamic", "audit"].map((schema) => `${schema}.audit_outbox`);
const references = ["actor_label_text", "ip_text", "user_agent_text", "entity_label_text", "reason_text"];

/** As in the outbox, without keys: rows of a partitioned table are unique within their partition. */
const sealedColumns = eventColumns
  .split(",\n")
  .filter((column) => !neverInTheLog.some((name) => column.trim().startsWith(`${name} `)))
  .join(",\n")
  .replace("id uuid primary key", "id uuid not null")
  .replace("default now()", "");

/** Sealed in the other form, events are sealed anew: the sequencer takes them from the outbox. */
const sealAnew = `
    insert into audit.audit_outbox (${columns})
    select ${columns} from audit.known_event where sealed_at is not null;`;

const provableLog = sqlMigration({
  up: `
    ${sealAnew}
    drop view audit.known_ip, audit.known_event;
    drop table audit.event, audit.personal_value;
    drop function audit.refuse_change, audit.subject_of_address;

    create table audit.event (
      leaf_index bigint not null check (leaf_index >= 0),
      retention_days integer not null check (retention_days >= 0),
      sealed_at timestamptz not null,
      ${sealedColumns},
      ${["actor", "impersonator", "target"].map((party) => `${party}_commitment bytea`).join(", ")},
      ${references.map((name) => `${name} uuid`).join(", ")},
      changes_sealed bytea,
      leaf_hash bytea not null check (octet_length(leaf_hash) = 32)
    ) partition by list (retention_days);
    create index event_order on audit.event (occurred_at, id);
    create index event_user on audit.event (user_id, occurred_at, id);
    create index event_entity on audit.event (entity_id, occurred_at, id);
    create index event_user_entity on audit.event (user_id, entity_id, occurred_at, id);
    create index event_action on audit.event (action text_pattern_ops, occurred_at, id);
    create index event_type on audit.event (entity_type, occurred_at, id) where entity_type is not null;
    -- Most succeed: those that did not are few, and what auditors look for.
    create index event_outcome on audit.event (outcome, occurred_at, id) where outcome <> 'success';
    create index event_request on audit.event (request_id);
    create index event_trace on audit.event (trace_id);
    create index event_session on audit.event (session_id, occurred_at, id);
    create index event_impersonator on audit.event (impersonator_id, occurred_at, id) where impersonator_id is not null;
    create index event_ip on audit.event (ip_text, occurred_at, id) where ip_text is not null;

    -- Made apart and attached: that waits for no reader. Runs as the owner, because the service may insert, not create.
    create function audit.ensure_partition(days integer, moment timestamptz) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      month timestamp := date_trunc('month', moment at time zone 'UTC');
      kept text := format('event_%s', days);
      part text := format('event_%s_%s', days, to_char(month, 'YYYYMM'));
    begin
      if to_regclass(format('audit.%I', part)) is not null then return; end if;
      perform pg_advisory_xact_lock(hashtextextended('audit.ensure_partition', 0));
      if to_regclass(format('audit.%I', kept)) is null then
        execute format('create table audit.%I (like audit.event including defaults including constraints) partition by range (occurred_at)', kept);
        execute format('alter table audit.event attach partition audit.%I for values in (%s)', kept, days);
      end if;
      if to_regclass(format('audit.%I', part)) is null then
        execute format('create table audit.%I (like audit.event including defaults including constraints)', part);
        execute format('create unique index on audit.%I (leaf_index)', part);
        execute format('create unique index on audit.%I (id)', part);
        execute format('alter table audit.%I attach partition audit.%I for values from (%L) to (%L)',
          kept, part, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
      end if;
    end $$;
    revoke all on function audit.ensure_partition from public;

    create table audit.person_key (
      subject_id uuid primary key,
      wrapped bytea not null,
      wrapping_key text not null,
      created_at timestamptz not null default now()
    );
    create index person_key_wrapping on audit.person_key (wrapping_key);
    create table audit.personal_text (
      token uuid primary key,
      subject_id uuid not null,
      kind text not null check (kind in ('label', 'ip', 'user_agent', 'reason')),
      ip_token bytea,
      sealed bytea not null
    );
    create index personal_text_subject on audit.personal_text (subject_id);
    create index personal_text_ip on audit.personal_text (ip_token) where ip_token is not null;
    create table audit.secret (name text primary key, wrapped bytea not null, wrapping_key text not null);

    create table audit.tree (size bigint not null, root bytea not null);
    create unique index tree_one on audit.tree ((true));
    insert into audit.tree values (0, sha256(''));
    create table audit.tile (
      level smallint not null,
      index bigint not null,
      hashes bytea not null check (octet_length(hashes) = 8192),
      root bytea not null check (octet_length(root) = 32),
      primary key (level, index)
    );
    -- Hashes don't compress.
    alter table audit.tile alter hashes set storage external;
    create table audit.checkpoint (
      tree_size bigint primary key,
      root_hash bytea not null,
      signed_at timestamptz not null,
      note text not null
    );

    create view audit.known_event as
    select ${eventColumnNames.map((name) => (neverInTheLog.includes(name) ? `null::text as ${name}` : name)).join(", ")},
           leaf_index, sealed_at, ${references.join(", ")}, changes_sealed from audit.event
    ${outboxes
      .map(
        (outbox) => `union all
    select ${columns}, null, null, ${references.map(() => "null").join(", ")}, null from ${outbox}`,
      )
      .join("\n    ")};`,
  down: `
    ${sealAnew}
    drop view audit.known_event;
    drop table audit.event, audit.person_key, audit.personal_text, audit.secret, audit.tree, audit.tile, audit.checkpoint;
    drop function audit.ensure_partition;
    drop table audit.erased_person, audit.address_key;`,
});

export default {
  allows: {
    "ban-drop-table": "What it held is put into the new form by this migration.",
  },
  up: provableLog.up,
  /** Personal values that only the service can read stay behind: the events come back without them. */
  down: async (knex: Knex): Promise<void> => {
    await provableLog.down(knex);
    await event.up(knex);
    await knownEvent.up(knex);
    await personalValue.up(knex);
  },
} satisfies Migration;
