import type { Knex } from "knex";
import { MAXIMUM_COUNTS, type AuditCount, type AuditGroup } from "./audit-statistics.type.js";

interface Grouping {
  /** What a group has in common, as the database counts it: cheap for each event. */
  by: string;
  /** The same as the API names it: made once for each group. */
  key: string;
  isTime?: true;
}

/** Hours and days of UTC are all of one length: bins from any midnight of it. */
const binOf = (width: "hour" | "day") => `date_bin('1 ${width}', occurred_at, timestamptz '2000-01-01 00:00:00Z')`;
const inUtc = (format: string) => `to_char(grouped.by at time zone 'UTC', '${format}')`;

const GROUPINGS: Record<`${AuditGroup}`, Grouping> = {
  ACTION: { by: "action", key: "grouped.by" },
  OUTCOME: { by: "outcome", key: "upper(grouped.by)" },
  SERVICE: { by: "service", key: "grouped.by" },
  USER: { by: "user_id", key: "coalesce(grouped.by::text, '')" },
  ENTITY_TYPE: { by: "entity_type", key: "coalesce(grouped.by, '')" },
  HOUR: { by: binOf("hour"), key: inUtc('YYYY-MM-DD"T"HH24:00:00"Z"'), isTime: true },
  DAY: { by: binOf("day"), key: inUtc("YYYY-MM-DD"), isTime: true },
};

/** Counts events by group: the largest groups first, of time the latest ones in the order of time. */
export async function countsOf(events: Knex.QueryBuilder, group: `${AuditGroup}`): Promise<AuditCount[]> {
  const { by, key, isTime } = GROUPINGS[group];
  const client = events.client;
  const grouped = events.select(client.raw(`${by} as by`), client.raw("count(*) as count")).groupByRaw("1");
  const order = isTime ? "grouped.by desc" : "count desc, key";
  const counts = (await client
    .queryBuilder()
    .select(client.raw(`${key} as key`), "count")
    .from(grouped.as("grouped"))
    .orderByRaw(order)
    .limit(MAXIMUM_COUNTS)) as AuditCount[];
  return isTime ? counts.reverse() : counts;
}
