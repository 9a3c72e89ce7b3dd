import type { PageArguments } from "@supergraph/persistence";
import type { AuditEventCriteria } from "./audit-event.criteria.js";
import type { AuditOrder } from "./audit-event.input.js";

/** What somebody asked of the log, as the event of that keeps it. */
export interface Asked {
  /** Under DESIGN 8's names. */
  filter: Record<string, unknown>;
  order?: `${AuditOrder}`;
  first?: number;
  last?: number;
}

/** What is typed here may be somebody's name or address, and an event's metadata can't be erased. */
const PERSONAL = new Set(["text", "ip"]);

/** Criteria under the names that the log's columns have. */
export function underColumnNames(criteria: AuditEventCriteria): Record<string, unknown> {
  const named = Object.entries(criteria).map(([field, value]): [string, unknown] => [
    field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named);
}

export function askedOf(
  criteria: AuditEventCriteria,
  { first, last }: PageArguments = {},
  order?: `${AuditOrder}`,
): Asked {
  const filter = Object.entries(underColumnNames(criteria)).map(([name, value]): [string, unknown] => [
    name,
    PERSONAL.has(name) ? true : value,
  ]);
  return {
    filter: Object.fromEntries(filter),
    ...(order !== undefined && { order }),
    ...(first != null && { first }),
    ...(last != null && { last }),
  };
}
