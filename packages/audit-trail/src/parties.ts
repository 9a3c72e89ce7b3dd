import type { AuditChange, AuditEvent } from "./audit-event.js";

export const PARTIES = ["actor", "impersonator", "target"] as const;
export type PartyName = (typeof PARTIES)[number];

/** Values under the names of the event's columns; those that are null are left out. */
export type PersonalValues = Partial<
  Pick<AuditEvent, "actor_label" | "ip" | "user_agent" | "entity_label" | "reason" | "changes">
>;

/** Somebody whom values of an event belong to. */
export interface Party {
  name: PartyName;
  /** A person's id; undefined when nobody knows whose they are. */
  person: string | undefined;
  /** Nobody known but by the address that they typed. */
  address: string | undefined;
  values: PersonalValues;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const isOfAPerson = ({ actor_type }: AuditEvent) => actor_type !== "service" && actor_type !== "system";
const isAboutAPerson = ({ entity_type }: AuditEvent) => entity_type === "User" || entity_type === "ApiKey";

/**
 * Whose the personal values of an event are: the actor's label is the actor's, address and user agent are the
 * impersonator's when there is one; what is said of a person as a target is that person's, and so are the free words of
 * an administrator who did something to them. What people name an API key is theirs as well.
 */
export function partiesOf(event: AuditEvent): Party[] {
  const { ip, user_agent, impersonator_id } = event;
  const parties: Party[] = [];
  const origin = { ip, user_agent };
  const isPerson = isOfAPerson(event);
  if (isPerson || ip !== null || user_agent !== null) {
    const label = isPerson ? event.actor_label : null;
    const isNobodyKnown = isPerson && event.user_id === null && label !== null;
    const values = withoutNulls({ actor_label: label, ...(impersonator_id === null && origin) });
    parties.push({
      name: "actor",
      person: isPerson ? (event.user_id ?? undefined) : undefined,
      address: isNobodyKnown ? label : undefined,
      values,
    });
  }
  if (impersonator_id !== null) {
    parties.push({ name: "impersonator", person: impersonator_id, address: undefined, values: withoutNulls(origin) });
  }
  if (isAboutAPerson(event)) {
    const values = withoutNulls({
      entity_label: event.entity_label,
      reason: event.outcome === "success" ? event.reason : null,
      changes: event.changes.length > 0 ? event.changes : null,
    });
    parties.push({ name: "target", person: targetPersonOf(event), address: undefined, values });
  }
  return parties;
}

/** The person that an event is about; undefined for none, or one who has no id. */
export function targetPersonOf({
  entity_type,
  entity_id,
  metadata,
}: Pick<AuditEvent, "entity_type" | "entity_id" | "metadata">): string | undefined {
  const id = entity_type === "User" ? entity_id : entity_type === "ApiKey" ? metadata?.userId : undefined;
  return typeof id === "string" && UUID.test(id) ? id.toLowerCase() : undefined;
}

/** The event as it is once all its people were erased: what stands in the log, for good. */
export function erasedForm(event: AuditEvent): AuditEvent {
  return {
    ...event,
    ip: null,
    user_agent: null,
    ...(isOfAPerson(event) && { actor_label: null }),
    ...(isAboutAPerson(event) && {
      entity_label: null,
      ...(event.outcome === "success" && { reason: null }),
      changes: event.changes.map(redacted),
    }),
  };
}

function redacted({ field }: AuditChange): AuditChange {
  return { field, before: null, after: null, redacted: true };
}

function withoutNulls(values: { [Name in keyof PersonalValues]: PersonalValues[Name] | null }): PersonalValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
