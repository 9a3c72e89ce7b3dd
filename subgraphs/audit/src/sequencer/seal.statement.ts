import type { AuditEvent } from "@supergraph/audit-trail";
import { subgraphNames } from "@supergraph/service";

/** Holds the name of each column of an event: the compiler sees when one is missing. */
const COLUMN_NAMES: Record<keyof AuditEvent, true> = {
  id: true,
  occurred_at: true,
  service: true,
  action: true,
  outcome: true,
  reason: true,
  user_id: true,
  actor_type: true,
  actor_label: true,
  impersonator_id: true,
  entity_id: true,
  entity_type: true,
  entity_label: true,
  entity_version: true,
  changes: true,
  metadata: true,
  request_id: true,
  trace_id: true,
  span_id: true,
  session_id: true,
  ip: true,
  user_agent: true,
  operation_name: true,
  path: true,
  schema_version: true,
};
const names = Object.keys(COLUMN_NAMES);
const columns = names.join(", ");

const IS_OF_A_PERSON = "actor_type in ('user', 'api_key', 'anonymous')";
/** What people name themselves is theirs as well: `metadata.userId` says whose an API key is. */
const IS_ABOUT_A_PERSON = "coalesce(entity_type in ('User', 'ApiKey'), false)";
const PERSON_ID = "case entity_type when 'User' then entity_id when 'ApiKey' then metadata ->> 'userId' end";
const UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

/**
 * Whose the personal values of an event are: the actor's label is the actor's, address and user agent are the
 * impersonator's when there is one; what is said of a person as a target is that person's, and so are the free words of
 * an administrator who did something to them. An actor whom nobody knows is known by the address that they typed.
 */
const PARTIES = {
  actor: {
    takesPart: `${IS_OF_A_PERSON} or ip is not null or user_agent is not null`,
    subject: `case when ${IS_OF_A_PERSON} then coalesce(user_id, audit.subject_of_address(actor_label)) end`,
  },
  impersonator: { takesPart: "impersonator_id is not null", subject: "impersonator_id" },
  target: {
    takesPart: IS_ABOUT_A_PERSON,
    subject: `case when (${PERSON_ID}) ~* '${UUID}' then (${PERSON_ID})::uuid end`,
  },
} as const;
type Party = keyof typeof PARTIES;
const parties = Object.keys(PARTIES) as Party[];

/** Each column that may be personal: when it is, and whose. */
const PERSONAL: Partial<Record<keyof AuditEvent, { when: string; of: Party }[]>> = {
  actor_label: [{ when: IS_OF_A_PERSON, of: "actor" }],
  ip: [
    { when: "impersonator_id is null", of: "actor" },
    { when: "impersonator_id is not null", of: "impersonator" },
  ],
  user_agent: [
    { when: "impersonator_id is null", of: "actor" },
    { when: "impersonator_id is not null", of: "impersonator" },
  ],
  entity_label: [{ when: IS_ABOUT_A_PERSON, of: "target" }],
  reason: [{ when: `${IS_ABOUT_A_PERSON} and outcome = 'success'`, of: "target" }],
  changes: [{ when: `${IS_ABOUT_A_PERSON} and changes <> '[]'`, of: "target" }],
};
const REDACTED_CHANGES = `(
  select jsonb_agg(jsonb_build_object('field', change -> 'field', 'before', null, 'after', null, 'redacted', true))
  from jsonb_array_elements(changes) as change)`;
const personal = Object.entries(PERSONAL);

/** What stands in the log, for good: the event as it is after an erasure. */
const erasedColumns = names
  .map((name) => {
    const [personalWhen, ...others] = (PERSONAL[name as keyof AuditEvent] ?? []).map(({ when }) => when);
    if (personalWhen === undefined) return name;
    if (others.length > 0) return "null";
    return `case when ${personalWhen} then ${name === "changes" ? REDACTED_CHANGES : "null"} else ${name} end`;
  })
  .join(", ");

const eachOutbox = (statement: (schema: string) => string, separator: string) =>
  subgraphNames.map(statement).join(separator);
const eachParty = (statement: (party: Party) => string, separator = ", ") => parties.map(statement).join(separator);

const isKept = (party: Party) => `${party}_erased.subject_id is null`;
const keptValues = personal.map(([column, cases]) => {
  const whenKept = cases.map(({ when, of }) => `when ${when} and ${isKept(of)} then ${column}`);
  return `case ${whenKept.join(" ")} end`;
});

/** The values of a party, in the order of `PERSONAL`, as a JSON array: what the salted hash is taken of. */
const committed = (party: Party) => {
  const values = personal.flatMap(([column, cases]) =>
    cases.filter(({ of }) => of === party).map(({ when }) => `case when ${when} then ${column} end`),
  );
  return `sha256(uuid_send(${party}_salt) || convert_to(json_build_array(${values.join(", ")})::text, 'UTF8'))`;
};

/**
 * Moves the oldest events, `:size` at most, into the log. Their personal values go beside it; in the log stands a salted
 * hash of each party's: it proves them while they are there, and tells nothing once they are gone and the salt with
 * them. Values of the erased are dropped on the way.
 * Ids go to DELETE as an array, so that each is one look into the primary key, however little the planner knows.
 */
export const SEAL = `
  with oldest as materialized (
    select outbox, id from (
      ${eachOutbox(
        (schema) => `
      (select '${schema}' as outbox, id, occurred_at from ${schema}.audit_outbox order by occurred_at, id limit :size)`,
        " union all ",
      )}
    ) as candidate order by occurred_at, id limit :size
  ), ${eachOutbox(
    (schema) => `
  drained_${schema} as (
    delete from ${schema}.audit_outbox
    where id = any (array(select id from oldest where outbox = '${schema}')) returning ${columns}
  )`,
    ", ",
  )}, drained as (
    ${eachOutbox((schema) => `select * from drained_${schema}`, " union all ")}
  ), salted as materialized (
    select *, ${eachParty(
      (party) => `${PARTIES[party].subject} as ${party}_subject,
           case when ${PARTIES[party].takesPart} then gen_random_uuid() end as ${party}_salt`,
      ",\n           ",
    )}
    from drained
  ), kept as (
    insert into audit.personal_value
           (event_id, occurred_at, ${personal.map(([column]) => column).join(", ")},
            ${eachParty((party) => `${party}_subject, ${party}_salt`)})
    select id, occurred_at, ${keptValues.join(", ")},
           ${eachParty(
             (party) =>
               `case when ${isKept(party)} then ${party}_subject end, case when ${isKept(party)} then ${party}_salt end`,
           )}
    from salted
    ${eachParty(
      (party) => `left join audit.erased_person ${party}_erased on ${party}_erased.subject_id = ${party}_subject`,
      "\n    ",
    )}
    where coalesce(${eachParty((party) => `${party}_salt`)}) is not null
  )
  insert into audit.event (${columns}, leaf_index, ${eachParty((party) => `${party}_commitment`)})
  select ${erasedColumns},
         (select coalesce(max(leaf_index), -1) from audit.event) + row_number() over (order by occurred_at, id),
         ${eachParty(committed)}
  from salted`;
