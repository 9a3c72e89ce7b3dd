import type { AuditEventCriteria } from "./audit-event.criteria.js";

/** Months that are read at once: the newest first, then ever more. */
const MONTHS = [1, 4, 16];

/**
 * Moments at which reading a list pauses, so that a page which is full by then was planned and looked for in few of the
 * log's months. None where nobody knows where the list begins, or where what is asked for happened once.
 * @param from the moment that reading begins at, as PostgreSQL writes it, when a cursor says so
 */
export function pausesOf(
  { since, until, requestId, traceId, sessionId }: AuditEventCriteria,
  direction: "asc" | "desc",
  from: string | undefined,
  now = new Date(),
): Date[] {
  if (requestId !== undefined || traceId !== undefined || sessionId !== undefined) return [];
  const isBackwards = direction === "desc";
  const latest = until && until < now ? until : now;
  const start = from === undefined ? (isBackwards ? latest : since) : monthIn(from);
  if (!start) return [];
  return MONTHS.map((months) => startOfMonth(start, isBackwards ? -months : months + 1)).filter((moment) =>
    isBackwards ? !since || moment > since : moment < latest,
  );
}

/** Which day and zone is of no matter: wherever reading pauses, it goes on. */
function monthIn(moment: string): Date | undefined {
  const month = new Date(`${moment.slice(0, 7)}-01T00:00:00Z`);
  return Number.isNaN(month.getTime()) ? undefined : month;
}

function startOfMonth(moment: Date, later: number): Date {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + later));
}
