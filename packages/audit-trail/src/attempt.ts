import { trace } from "@opentelemetry/api";
import { systemErrorOf } from "@supergraph/errors";
import type { Claims, ForwardedIdentity } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { currentRequest } from "@supergraph/service";
import type { AuditActor, AuditDetails, AuditEvent, AuditOutcome } from "./audit-event.js";

const SCHEMA_VERSION = 1;
/**
 * Characters of a text that a client may choose. Some are indexed, and a b-tree takes 2,704 bytes: an event that the
 * log can't take would hold up every later one.
 */
const MAXIMUM_TEXT = 512;

/** One thing that somebody tries to do. */
export interface Attempt {
  action: string;
  identity: ForwardedIdentity;
  /** Where in the operation: the response path of the root field. */
  path: string;
  /** What is known before the work begins, e.g. the target that an argument names. */
  details?: AuditDetails;
}

/** How an attempt ended, as the event says it. */
export interface Ending {
  outcome: AuditOutcome;
  /** The catalogue's, when it did not succeed. */
  reason: string | null;
}

/** Whether the error says that somebody may not do what they tried. */
export function isDenial(error: unknown): boolean {
  const known = systemErrorOf(error);
  return known?.code === "FORBIDDEN" || known?.reason === "SIGN_IN_REQUIRED";
}

/** How an attempt ended that threw this. */
export function endingOf(error: unknown): Ending {
  const reason = systemErrorOf(error)?.reason ?? "UNEXPECTED";
  return { outcome: isDenial(error) ? "denied" : "failure", reason };
}

/** The event of an attempt that has just ended, under the request and the span that are current. */
export function eventOf(service: string, attempt: Attempt, details: AuditDetails, ending: Ending): AuditEvent {
  const { outcome, reason } = ending;
  const { caller, request } = attempt.identity;
  const actor = details.actor ?? actorOf(caller);
  const span = trace.getActiveSpan()?.spanContext();
  return {
    // A failure is an event of its own: the id that was named is the success's.
    id: (outcome === "success" ? details.eventId : undefined) ?? newId(),
    occurred_at: new Date().toISOString(),
    service,
    action: attempt.action.slice(0, MAXIMUM_TEXT),
    outcome,
    reason: reason ?? details.reason ?? null,
    user_id: actor.id ?? null,
    actor_type: actor.type,
    actor_label: bounded(actor.label),
    impersonator_id: actor.impersonatorId ?? null,
    entity_id: bounded(details.target?.id),
    entity_type: details.target?.type ?? null,
    entity_label: bounded(details.target?.label),
    entity_version: details.target?.version ?? null,
    // What was not committed did not change.
    changes: outcome === "success" ? (details.changes ?? []) : [],
    metadata: metadataOf(caller, details),
    request_id: currentRequest()?.requestId ?? null,
    trace_id: span?.traceId ?? null,
    span_id: span?.spanId ?? null,
    session_id: actor.sessionId ?? null,
    ip: request.ip ?? null,
    user_agent: bounded(request.userAgent),
    operation_name: bounded(request.operationName),
    path: attempt.path.slice(0, MAXIMUM_TEXT),
    schema_version: SCHEMA_VERSION,
  };
}

function bounded(text: string | undefined): string | null {
  return text?.slice(0, MAXIMUM_TEXT) ?? null;
}

function actorOf(caller: Claims | undefined): AuditActor {
  if (!caller) return { type: "anonymous" };
  if (caller.client === "service") {
    // Not under `id`, which is a person's: of a service account, too, `sub` is what auditors know it by.
    return { type: "service", label: caller.sub, ...(caller.sid !== undefined && { sessionId: caller.sid }) };
  }
  return {
    type: caller.client,
    id: caller.sub,
    ...(caller.email !== undefined && { label: caller.email }),
    ...(caller.act && { impersonatorId: caller.act.sub }),
    ...(caller.sid !== undefined && { sessionId: caller.sid }),
  };
}

/** An API key acts for its owner, who is the actor: the event says with which key. */
function metadataOf(caller: Claims | undefined, { metadata }: AuditDetails): Record<string, unknown> | null {
  return caller?.keyId === undefined ? (metadata ?? null) : { ...metadata, apiKeyId: caller.keyId };
}
