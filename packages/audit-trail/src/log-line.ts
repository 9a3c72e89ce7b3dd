import type { AuditEvent } from "./audit-event.js";
import { erasedForm } from "./parties.js";

/**
 * The event as a line of the log stream: under the same names, in the form that it has after an erasure, because a line
 * can't be erased. Labels of people, client addresses, user agents, what was changed about a person and the words of who
 * did it are null; the log itself has them, by the event's id.
 */
export function logLineOf(event: AuditEvent): Omit<AuditEvent, "service"> {
  // The log names the service on every line.
  const { service: _, ...line } = erasedForm(event);
  return line;
}
