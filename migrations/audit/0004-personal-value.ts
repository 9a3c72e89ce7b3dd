import type { Knex } from "knex";
import { eventColumnNames, type Migration, sqlMigration } from "@supergraph/migrations/kit";
import knownEvent from "./0003-known-event.ts";

const columns = eventColumnNames.join(", ");
const outboxes = ["users", "auth", "dynamic", "audit"].map((schema) => `${schema}.audit_outbox`);
const waiting = (chosen: string) => outboxes.map((outbox) => `union all select ${chosen} from ${outbox}`).join("\n");
const parties = ["actor", "impersonator", "target"] as const;
const forEachParty = (text: (party: string) => string, separator = ", ") => parties.map(text).join(separator);

/** The columns that stand empty in the event's row, and beside it until they are erased. */
const personal = ["actor_label", "ip", "user_agent", "entity_label", "reason", "changes"];
const wholeEvent = eventColumnNames
  .map((name) => (personal.includes(name) ? `coalesce(personal.${name}, event.${name}) as ${name}` : `event.${name}`))
  .join(", ");
const erasable = [...personal, ...parties.map((party) => `${party}_salt`)];

/** Sealed in the other form, events are sealed anew: the sequencer takes them from the outbox. */
const sealAnew = `
    insert into audit.audit_outbox (${columns})
    select ${columns} from audit.known_event where sealed_at is not null;
    delete from audit.event;`;

const personalValue = sqlMigration({
  up: `
    create table audit.personal_value (
      event_id uuid primary key,
      occurred_at timestamptz not null,
      ${forEachParty((party) => `${party}_subject uuid, ${party}_salt uuid`)},
      ${personal.map((name) => `${name} ${name === "changes" ? "jsonb" : "text"}`).join(", ")}
    );
    ${forEachParty(
      (party) => `
    create index personal_value_${party} on audit.personal_value (${party}_subject) where ${party}_subject is not null;`,
      "",
    )}
    create index personal_value_ip on audit.personal_value (ip, occurred_at, event_id) where ip is not null;

    create function audit.refuse_change() returns trigger language plpgsql as $$
    begin
      if ${erasable.map((name) => `new.${name} <> old.${name} or (old.${name} is null and new.${name} is not null)`).join("\n        or ")}
        or new.event_id <> old.event_id
      then
        raise insufficient_privilege using message = 'a personal value may be erased, not changed';
      end if;
      return new;
    end $$;
    create trigger only_erased before update on audit.personal_value
    for each row execute function audit.refuse_change();

    create table audit.erased_person (subject_id uuid primary key, erased_at timestamptz not null default now());

    create table audit.address_key (key bytea not null);
    create unique index address_key_one on audit.address_key ((true));
    insert into audit.address_key
    select decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
    create function audit.subject_of_address(address text) returns uuid language sql stable strict parallel safe as $$
      select encode(substr(sha256(key || sha256(convert_to(lower(trim(address)), 'UTF8'))), 1, 16), 'hex')::uuid
      from audit.address_key
    $$;
    ${sealAnew}
    alter table audit.event ${forEachParty((party) => `add ${party}_commitment bytea`)};
    create index event_impersonator on audit.event (impersonator_id) where impersonator_id is not null;

    create or replace view audit.known_event as
    select ${wholeEvent}, event.leaf_index, event.sealed_at
    from (
      select ${columns}, leaf_index, sealed_at from audit.event
      ${waiting(`${columns}, null, null`)}
    ) as event
    left join audit.personal_value as personal on personal.event_id = event.id;

    -- Without a condition of its own: PostgreSQL then walks each part by its index.
    create view audit.known_ip as
    select event_id, occurred_at as moment, ip as address from audit.personal_value
    ${waiting("id, occurred_at, ip")};`,
  down: `
    ${sealAnew}
    drop view audit.known_ip, audit.known_event;
    drop function audit.subject_of_address;
    drop table audit.personal_value, audit.erased_person, audit.address_key;
    drop function audit.refuse_change;
    drop index audit.event_impersonator;
    alter table audit.event ${forEachParty((party) => `drop ${party}_commitment`)};`,
});

export default {
  allows: {
    "require-concurrent-index-creation": "No release has this table yet: it is empty or small wherever it is.",
  },
  up: personalValue.up,
  down: async (knex: Knex): Promise<void> => {
    await personalValue.down(knex);
    await knownEvent.up(knex);
  },
} satisfies Migration;
