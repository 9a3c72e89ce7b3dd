import type { AuditEventRow } from "./audit-event.repository.js";
import {
  AuditEvent,
  type ActorType,
  type AuditChange,
  type AuditOutcome,
  type AuditTarget,
  type Personal,
} from "./audit-event.type.js";

/** Reads a value that may be somebody's. */
type Show = <T>(valueOf: (revealed: AuditEventRow) => T) => Personal<T>;

/** The event as the API shows it, with what the row has of people. */
export function toAuditEvent(row: AuditEventRow): AuditEvent {
  return shown(row, (valueOf) => valueOf(row));
}

/** The same of a row as it is stored: what is somebody's is revealed once it is asked for, which it may well not be. */
export function toLazyAuditEvent(
  row: AuditEventRow,
  reveal: (row: AuditEventRow) => Promise<AuditEventRow>,
): AuditEvent {
  return shown(row, (valueOf) => reveal(row).then(valueOf));
}

function shown(row: AuditEventRow, show: Show): AuditEvent {
  const event: AuditEvent = {
    id: row.id,
    leafIndex: row.leaf_index,
    occurredAt: row.occurred_at,
    service: row.service,
    action: row.action,
    outcome: row.outcome as AuditOutcome,
    get reason() {
      return show(({ reason }) => reason);
    },
    actor: {
      type: row.actor_type as ActorType,
      id: row.user_id,
      get label() {
        return show(({ actor_label }) => actor_label);
      },
      user: referenceTo(row.user_id),
      impersonator: referenceTo(row.impersonator_id),
    },
    target: targetOf(row, show),
    get changes() {
      return show(changesOf);
    },
    metadata: row.metadata,
    requestId: row.request_id,
    traceId: row.trace_id,
    spanId: row.span_id,
    sessionId: row.session_id,
    get ip() {
      return show(({ ip }) => ip);
    },
    get userAgent() {
      return show(({ user_agent }) => user_agent);
    },
    operationName: row.operation_name,
    path: row.path,
  };
  // Of what is no instance TypeGraphQL makes one for field resolvers, by reading every property.
  return Object.setPrototypeOf(event, AuditEvent.prototype) as AuditEvent;
}

const referenceTo = (id: string | null) => (id === null ? null : { id });

function targetOf({ entity_id, entity_type, entity_version }: AuditEventRow, show: Show): AuditTarget | null {
  if (entity_id === null || entity_type === null) return null;
  return {
    id: entity_id,
    type: entity_type,
    get label() {
      return show(({ entity_label }) => entity_label);
    },
    version: entity_version,
  };
}

function changesOf({ changes }: AuditEventRow): AuditChange[] {
  return (changes ?? []).map(({ field, before, after, redacted = false }) => ({ field, before, after, redacted }));
}
