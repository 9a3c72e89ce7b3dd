import type { ActorType, AuditEvent, AuditOutcome } from "./audit-event.type.js";
import type { AuditEventRow } from "./audit-event.repository.js";

/** The event as the API shows it. */
export function toAuditEvent(row: AuditEventRow): AuditEvent {
  return {
    id: row.id,
    leafIndex: row.leaf_index,
    occurredAt: row.occurred_at,
    service: row.service,
    action: row.action,
    outcome: row.outcome as AuditOutcome,
    reason: row.reason,
    actor: {
      type: row.actor_type as ActorType,
      id: row.user_id,
      label: row.actor_label,
      user: referenceTo(row.user_id),
      impersonator: referenceTo(row.impersonator_id),
    },
    target: targetOf(row),
    changes: (row.changes ?? []).map(({ field, before, after, redacted = false }) => ({
      field,
      before,
      after,
      redacted,
    })),
    metadata: row.metadata,
    requestId: row.request_id,
    traceId: row.trace_id,
    spanId: row.span_id,
    sessionId: row.session_id,
    ip: row.ip,
    userAgent: row.user_agent,
    operationName: row.operation_name,
    path: row.path,
  };
}

const referenceTo = (id: string | null) => (id === null ? null : { id });

function targetOf({ entity_id, entity_type, entity_label, entity_version }: AuditEventRow): AuditEvent["target"] {
  if (entity_id === null || entity_type === null) return null;
  return { id: entity_id, type: entity_type, label: entity_label, version: entity_version };
}
