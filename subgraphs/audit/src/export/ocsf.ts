import type { ExportedEvent } from "./exported-event.js";
import { ocsfActivityOf, type OcsfActivity } from "./ocsf-activity.js";

/** Whose names and numbers these are: https://schema.ocsf.io/1.9.0. */
export const OCSF_VERSION = "1.9.0";

const PRODUCT = { name: "Supergraph", vendor_name: "Supergraph" };
const SUCCESS = { status_id: 1, status: "Success" };
const FAILURE = { status_id: 2, status: "Failure" };
/** The name of somebody or something that OCSF asks for and nobody knows, or whose person was erased. */
const UNKNOWN = "unknown";
const INFORMATIONAL = { severity_id: 1, severity: "Informational" };
const LOW = { severity_id: 2, severity: "Low" };
const HIGH = { severity_id: 4, severity: "High" };
/** OCSF's types of users; an API key acts as the person whose it is. */
const USER_TYPES = {
  user: { type_id: 1, type: "User" },
  api_key: { type_id: 1, type: "User" },
  system: { type_id: 3, type: "System" },
  service: { type_id: 4, type: "Service" },
  anonymous: { type_id: 0, type: "Unknown" },
} as const;

/**
 * The event as OCSF has it: of class Authentication (3002), Entity Management (3004) or API Activity (6003). What OCSF
 * has no place for is in `unmapped`, under our own names; an outcome that was denied is a failure to OCSF.
 */
export function ocsfEventOf(event: ExportedEvent): Record<string, unknown> {
  const activity = ocsfActivityOf(event);
  const { uid: class_uid, name: class_name, category } = activity.class;
  return {
    metadata: {
      version: OCSF_VERSION,
      product: PRODUCT,
      uid: event.id,
      sequence: event.leaf_index,
      event_code: event.action,
      log_name: "audit",
      log_source: event.service,
      correlation_uid: event.request_id ?? undefined,
      original_time: event.occurred_at,
      logged_time: Date.parse(event.sealed_at),
    },
    category_uid: category.uid,
    category_name: category.name,
    class_uid,
    class_name,
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: class_uid * 100 + activity.id,
    type_name: `${class_name}: ${activity.name}`,
    time: Date.parse(event.occurred_at),
    ...severityOf(event),
    ...statusOf(event),
    actor: actorOf(event),
    src_endpoint: event.ip === null ? unknownEndpoint(class_uid) : { ip: event.ip },
    http_request: event.user_agent === null ? undefined : { user_agent: event.user_agent },
    ...partsOfClass(event, activity),
    unmapped: unmappedOf(event, activity),
  };
}

function severityOf({ action, outcome }: ExportedEvent) {
  if (action === "alert.raised") return HIGH;
  return outcome === "denied" ? LOW : INFORMATIONAL;
}

function statusOf({ outcome, reason }: ExportedEvent) {
  return outcome === "success" ? SUCCESS : { ...FAILURE, status_code: reason ?? undefined, status_detail: outcome };
}

function actorOf(event: ExportedEvent) {
  const { session_id } = event;
  return { user: actingUser(event), session: session_id === null ? undefined : { uid: session_id } };
}

function actingUser({ user_id, actor_label, actor_type }: ExportedEvent) {
  return { ...named(user_id, actor_label), ...USER_TYPES[actor_type] };
}

/** OCSF wants one of them at the least. */
function named(uid: string | null, name: string | null) {
  if (uid === null) return { name: name ?? UNKNOWN };
  return { uid, name: name ?? undefined };
}

/** API Activity must say where it came from. */
function unknownEndpoint(classUid: number) {
  return classUid === 6003 ? { name: UNKNOWN } : undefined;
}

function partsOfClass(event: ExportedEvent, { class: { uid }, name }: OcsfActivity): Record<string, unknown> {
  if (uid === 3002) {
    const switching = name === "Account Switch" && { account_switch_type_id: 2, account_switch_type: "Impersonate" };
    return { user: authenticatedUser(event), service: { name: event.service }, ...switching };
  }
  if (uid === 3004) return entityParts(event, name);
  return {
    api: {
      operation: event.action,
      service: { name: event.service },
      request: event.request_id === null ? undefined : { uid: event.request_id },
    },
    resources: event.entity_id === null ? undefined : [resourceOf(event)],
  };
}

/** Whom the sign-in or its end is about: the account that the event names, else who acted. */
function authenticatedUser(event: ExportedEvent) {
  const { entity_id, entity_type, entity_label } = event;
  if (entity_id === null) return actingUser(event);
  if (entity_type === "User") return { ...named(entity_id, entity_label), ...USER_TYPES.user };
  if (entity_type === "ServiceAccount") return { ...named(entity_id, entity_label), ...USER_TYPES.service };
  return actingUser(event);
}

/** The version is the one that the entity has afterwards. */
function entityParts(event: ExportedEvent, activity: string): Record<string, unknown> {
  const { version, ...entity } = managedEntity(event);
  const comment = event.outcome === "success" ? (event.reason ?? undefined) : undefined;
  if (activity !== "Update") return { entity: { ...entity, version }, comment };
  return { entity, updated_entity: { ...entity, version }, comment };
}

function managedEntity(event: ExportedEvent) {
  const { entity_id, entity_type, entity_label, entity_version } = event;
  const name = entity_label ?? undefined;
  const common = { uid: entity_id, name, version: entity_version === null ? undefined : String(entity_version) };
  if (entity_type !== "User") return { ...common, type_id: 99, type: entity_type ?? "Other" };
  return { ...common, type_id: 2, type: "User", user: { uid: entity_id, name } };
}

function resourceOf({ entity_id, entity_type, entity_label, entity_version }: ExportedEvent) {
  return {
    uid: entity_id,
    name: entity_label ?? undefined,
    type: entity_type ?? undefined,
    version: entity_version === null ? undefined : String(entity_version),
    role_id: 1,
    role: "Target",
  };
}

function unmappedOf(event: ExportedEvent, { class: { uid } }: OcsfActivity): Record<string, unknown> {
  const hasNoPlaceForEntity = uid === 3002;
  const hasPlaceForReason = uid === 3004 || event.outcome !== "success";
  return withoutNulls({
    outcome: event.outcome,
    reason: hasPlaceForReason ? null : event.reason,
    actor_type: event.actor_type,
    impersonator_id: event.impersonator_id,
    ...(hasNoPlaceForEntity && {
      entity_id: event.entity_id,
      entity_type: event.entity_type,
      entity_label: event.entity_label,
      entity_version: event.entity_version,
    }),
    changes: event.changes,
    metadata: event.metadata,
    trace_id: event.trace_id,
    span_id: event.span_id,
    operation_name: event.operation_name,
    path: event.path,
    schema_version: event.schema_version,
    leaf_hash: event.leaf_hash,
  });
}

function withoutNulls(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
