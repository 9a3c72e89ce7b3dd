import type { AuditEvent } from "./audit-event.js";

/**
 * The event as a line of the log stream: under the same names, in the form that it has after an erasure, because a line
 * can't be erased. Labels of people, client addresses, user agents, what was changed about a person and the words of who
 * did it are null; the log itself has them, by the event's id.
 */
export function logLineOf(event: AuditEvent): Omit<AuditEvent, "service"> {
  // The log names the service on every line.
  const { service: _, ...line } = event;
  const isOfAPerson = event.actor_type !== "service" && event.actor_type !== "system";
  const isAboutAPerson = event.entity_type === "User" || event.entity_type === "ApiKey";
  return {
    ...line,
    ip: null,
    user_agent: null,
    ...(isOfAPerson && { actor_label: null }),
    ...(isAboutAPerson && {
      entity_label: null,
      ...(event.outcome === "success" && { reason: null }),
      changes: event.changes.map(({ field }) => ({ field, before: null, after: null, redacted: true })),
    }),
  };
}
