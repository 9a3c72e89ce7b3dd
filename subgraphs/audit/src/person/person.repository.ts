import type { Database } from "@supergraph/persistence";
import type { AuditEventRow } from "../audit-event/audit-event.repository.js";

/** Addresses among a person's own values: their labels, and what their e-mail was and became. */
const ADDRESSES = `
  select actor_label as address from audit.personal_value where actor_subject = :id
  union
  select entity_label from audit.personal_value where target_subject = :id
  union
  select unnest(array[change ->> 'before', change ->> 'after'])
  from audit.personal_value, jsonb_array_elements(changes) as change
  where target_subject = :id and change ->> 'field' ilike '%email%'
  union
  select unnest(:emails::text[])`;

/** The person, and whoever was known by an address of theirs alone. Kept: what is sealed later of them is dropped. */
const REMEMBER = `
  with subject as (
    select :id::uuid as id
    union
    select audit.subject_of_address(address) from (${ADDRESSES}) as known where address like '%@%'
  ), remembered as (
    insert into audit.erased_person (subject_id) select id from subject on conflict do nothing
  )
  select array_agg(id) as subjects from subject`;

const isErased = (party: string) => `${party}_subject = any (:subjects::uuid[])`;
/** Address and user agent are the impersonator's, when there is one. */
const IS_ORIGIN_ERASED = `case when impersonator_subject is null then ${isErased("actor")} else ${isErased("impersonator")} end`;
const WHEN_ERASED: Record<string, string> = {
  actor_label: isErased("actor"),
  ip: IS_ORIGIN_ERASED,
  user_agent: IS_ORIGIN_ERASED,
  entity_label: isErased("target"),
  reason: isErased("target"),
  changes: isErased("target"),
  actor_salt: isErased("actor"),
  actor_subject: isErased("actor"),
  impersonator_salt: isErased("impersonator"),
  target_salt: isErased("target"),
  target_subject: isErased("target"),
};

/** Who impersonated stays known, as in the event itself: it says whose address it was. */
const ERASE = `
  update audit.personal_value
  set ${Object.entries(WHEN_ERASED)
    .map(([column, erased]) => `${column} = case when ${erased} then null else ${column} end`)
    .join(", ")}
  where ${["actor", "impersonator", "target"].map(isErased).join(" or ")}`;

/** Values of nobody else are in it: an administrator's address, say, or what was changed about another person. */
const OWN_EVENTS = `
  select event.*,
         case when actor_subject = :id then own.actor_label else event.actor_label end as actor_label,
         case when coalesce(impersonator_subject, actor_subject) = :id then own.ip end as ip,
         case when coalesce(impersonator_subject, actor_subject) = :id then own.user_agent end as user_agent,
         case when target_subject = :id then own.entity_label else event.entity_label end as entity_label,
         case when target_subject = :id then coalesce(own.reason, event.reason) else event.reason end as reason,
         case when target_subject = :id then coalesce(own.changes, event.changes) else event.changes end as changes
  from audit.event
  left join audit.personal_value as own on own.event_id = event.id
  where (event.user_id = :id or event.impersonator_id = :id
         or (event.entity_id = :id::uuid::text and event.entity_type = 'User'))
    and event.leaf_index > :after
  order by event.leaf_index limit :limit`;

/** What the log holds of a person. */
export class PersonRepository {
  constructor(private readonly database: Database) {}

  /**
   * Deletes the person's values, and what was recorded of people nobody knew under an address of theirs: those given
   * and those found among their own values. The events stay, and what was committed to.
   */
  async erase(id: string, emails: readonly string[]): Promise<void> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { subjects: string[] }[] }>(REMEMBER, { id, emails }),
    );
    await this.database.run((query) => query.raw(ERASE, { subjects: rows[0]?.subjects ?? [] }));
  }

  /** Sealed events that the person did or that concern them, in the log's order, after the leaf index `after`. */
  async eventsOf(id: string, after: string, limit: number): Promise<AuditEventRow[]> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: AuditEventRow[] }>(OWN_EVENTS, { id, after, limit }),
    );
    return rows;
  }
}
