import type { Knex } from "knex";
import type { PersonalReader } from "../personal/personal-reader.js";
import type { AuditEventCriteria } from "./audit-event.criteria.js";
import type { AuditEventRow } from "./audit-event.repository.js";

/** What a filter by a person's values comes to: the names of the texts that it finds. */
export interface FoundTexts {
  ofIp: string[];
  ofText: string[];
}

/** What the text is looked for in. */
const SEARCHED = ["action", "actor_label", "entity_label", "reason"];
const SEARCHED_TEXTS = ["actor_label_text", "entity_label_text", "reason_text"];

const COLUMNS = {
  userId: "user_id",
  entityId: "entity_id",
  entityType: "entity_type",
  outcome: "outcome",
  service: "service",
  requestId: "request_id",
  traceId: "trace_id",
  sessionId: "session_id",
} as const satisfies Partial<Record<keyof AuditEventCriteria, keyof AuditEventRow>>;

export async function textsFoundBy({ ip, text }: AuditEventCriteria, values: PersonalReader): Promise<FoundTexts> {
  return {
    ofIp: ip === undefined ? [] : await values.namesOfIp(ip),
    ofText: text === undefined ? [] : await values.namesOfTexts(text),
  };
}

/** The events that the criteria hold for, sealed and waiting, without order. */
export function matchingEvents(query: Knex, criteria: AuditEventCriteria, found: FoundTexts): Knex.QueryBuilder {
  const rows: Knex.QueryBuilder = query("known_event");
  for (const [field, column] of Object.entries(COLUMNS)) {
    const value = criteria[field as keyof typeof COLUMNS];
    if (value !== undefined) void rows.where(column, value);
  }
  const { actions, actionPrefix, ip, since, until, text } = criteria;
  // Sealed events name the address, those that wait still hold it.
  if (ip !== undefined) void rows.whereRaw("(ip_text = any(?) or ip = ?)", [found.ofIp, ip]);
  if (actions) void rows.whereIn("action", actions);
  if (actionPrefix !== undefined) void rows.whereLike("action", `${literally(actionPrefix)}%`);
  if (since) void rows.where("occurred_at", ">=", since);
  if (until) void rows.where("occurred_at", "<", until);
  if (text !== undefined) {
    void rows.where((anyOf) => {
      for (const column of SEARCHED) void anyOf.orWhereILike(column, `%${literally(text)}%`);
      for (const column of SEARCHED_TEXTS) void anyOf.orWhereRaw("?? = any(?)", [column, found.ofText]);
    });
  }
  return rows;
}

/** So that LIKE takes the characters for themselves. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
