export type AuditOutcome = "success" | "failure" | "denied";
export type ActorType = "user" | "api_key" | "service" | "anonymous" | "system";

export interface AuditChange {
  field: string;
  before: unknown;
  after: unknown;
  /** The field is sensitive: it is recorded as changed, without its values. */
  redacted?: boolean;
}

/** What was done, by whom, to what: a row of `audit_outbox`, and a line of the log stream under the same names. */
export interface AuditEvent {
  id: string;
  occurred_at: string;
  service: string;
  /** `resource.action` */
  action: string;
  outcome: AuditOutcome;
  /** The catalogue's reason when it did not succeed, or what the person gave. */
  reason: string | null;
  user_id: string | null;
  actor_type: ActorType;
  actor_label: string | null;
  impersonator_id: string | null;
  entity_id: string | null;
  entity_type: string | null;
  entity_label: string | null;
  entity_version: number | null;
  changes: AuditChange[];
  metadata: Record<string, unknown> | null;
  request_id: string | null;
  trace_id: string | null;
  span_id: string | null;
  session_id: string | null;
  ip: string | null;
  user_agent: string | null;
  operation_name: string | null;
  path: string | null;
  schema_version: number;
}

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
/** The columns of an event, alike in every outbox. */
export const EVENT_COLUMNS = Object.keys(COLUMN_NAMES) as (keyof AuditEvent)[];

export interface AuditTarget {
  type: string;
  id: string;
  label?: string;
  version?: number;
}

export interface AuditActor {
  type: ActorType;
  id?: string;
  label?: string;
  impersonatorId?: string;
  sessionId?: string;
}

/** What the code that does the work adds to the event of the attempt; later values win, changes and metadata add up. */
export interface AuditDetails {
  /** The id of the event should the attempt succeed, for who must name it in an answer: a new UUID. */
  eventId?: string;
  target?: AuditTarget;
  /** When the caller isn't (yet) the person that the event is about: a sign-in. */
  actor?: AuditActor;
  changes?: AuditChange[];
  metadata?: Record<string, unknown>;
  reason?: string;
}

const same = (before: unknown, after: unknown) => JSON.stringify(before ?? null) === JSON.stringify(after ?? null);

/** The fields whose values differ; those named in `sensitive` without their values. */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  sensitive: ReadonlySet<string> = new Set(),
): AuditChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !same(before[field], after[field]))
    .map((field) =>
      sensitive.has(field)
        ? { field, before: null, after: null, redacted: true }
        : { field, before: before[field] ?? null, after: after[field] ?? null },
    );
}
