import { createHash } from "node:crypto";
import { invalidInput, type FieldProblem } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import type { AuditEventFilter } from "./audit-event.input.js";
import type { AuditOutcome } from "./audit-event.type.js";

const MAXIMUM_LENGTH = 256;
const MAXIMUM_ACTIONS = 100;

/** A filter that holds to the rules. */
export interface AuditEventCriteria {
  userId?: string;
  entityId?: string;
  entityType?: string;
  actions?: readonly string[];
  /** Without the `*` at its end. */
  actionPrefix?: string;
  outcome?: AuditOutcome;
  service?: string;
  requestId?: string;
  traceId?: string;
  sessionId?: string;
  ip?: string;
  since?: Date;
  until?: Date;
  text?: string;
}

const TEXTS = [
  "userId",
  "entityId",
  "entityType",
  "actionPrefix",
  "service",
  "requestId",
  "traceId",
  "sessionId",
  "ip",
  "text",
] as const;
const IDS = ["userId", "sessionId"] as const;

/**
 * What a filter asks for; a field that is null asks for nothing.
 * @throws SystemError INVALID_INPUT naming every field at fault
 */
export function criteriaOf(filter: AuditEventFilter | null | undefined): AuditEventCriteria {
  const given = Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value != null));
  const criteria = given as AuditEventCriteria;
  const [first, ...rest] = [...textProblems(criteria), ...actionProblems(criteria), ...rangeProblems(criteria)];
  if (first) throw invalidInput(first, ...rest);
  return {
    ...criteria,
    ...(criteria.userId !== undefined && { userId: criteria.userId.toLowerCase() }),
    ...(criteria.sessionId !== undefined && { sessionId: criteria.sessionId.toLowerCase() }),
    ...(criteria.actions && { actions: [...new Set(criteria.actions)].sort() }),
    ...(criteria.actionPrefix !== undefined && { actionPrefix: criteria.actionPrefix.replace(/\*$/, "") }),
  };
}

/** The same for the same criteria, and for no others: names the list that a cursor was made for. */
export function digestOf(criteria: AuditEventCriteria): string {
  const sorted = Object.entries(criteria).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("base64url");
}

function textProblems(criteria: AuditEventCriteria): FieldProblem[] {
  const problems = TEXTS.flatMap((field) => problemOfText(field, criteria[field]));
  const noIds = IDS.filter((field) => criteria[field] !== undefined && !isId(criteria[field]));
  return [...problems, ...noIds.map((field) => ({ path: `filter.${field}`, message: "must be a UUID" }))];
}

function problemOfText(field: string, value: string | undefined): FieldProblem[] {
  const path = `filter.${field}`;
  if (value === undefined) return [];
  if (value === "") return [{ path, message: "must not be empty" }];
  if (value.length > MAXIMUM_LENGTH) return [{ path, message: `must be ${MAXIMUM_LENGTH} characters at most` }];
  // PostgreSQL's text holds every character but this one.
  if (value.includes("\0")) return [{ path, message: "must not hold the character U+0000" }];
  return [];
}

function actionProblems({ actions = [] }: AuditEventCriteria): FieldProblem[] {
  if (actions.length > MAXIMUM_ACTIONS) {
    return [{ path: "filter.actions", message: `must be ${MAXIMUM_ACTIONS} at most` }];
  }
  return actions.flatMap((action, index) => problemOfText(`actions.${index}`, action));
}

function rangeProblems({ since, until }: AuditEventCriteria): FieldProblem[] {
  if (!since || !until || since <= until) return [];
  return [
    { path: "filter.since", message: "must not be later than until" },
    { path: "filter.until", message: "must not be earlier than since" },
  ];
}
