import type { AuditEvent } from "@supergraph/audit-trail";
import {
  readFirstPages,
  readKeysetPage,
  type CursorCodec,
  type Database,
  type Page,
  type PageArguments,
  type SortKey,
} from "@supergraph/persistence";
import type { Knex } from "knex";
import type { ReadScope } from "./audit-event.access.js";
import { digestOf, type AuditEventCriteria } from "./audit-event.criteria.js";
import type { AuditOrder } from "./audit-event.input.js";

export interface AuditEventRow extends Omit<AuditEvent, "occurred_at" | "changes"> {
  occurred_at: Date;
  changes: AuditEvent["changes"] | null;
  /** A bigint, as text; null until the event is sealed. */
  leaf_index: string | null;
}

/** Whose lists: those of actors, or those of targets. */
export type Owner = "user" | "entity";

const OWNERS = {
  user: { column: "user_id", type: "uuid" },
  entity: { column: "entity_id", type: "text" },
} as const;

/** What the text is looked for in. */
const SEARCHED = ["action", "actor_label", "entity_label", "reason"];

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

/** Reads the log: sealed events and those still in an outbox, each exactly once, as soon as they are committed. */
export class AuditEventRepository {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorCodec,
  ) {}

  page(criteria: AuditEventCriteria, order: AuditOrder, page: PageArguments): Promise<Page<AuditEventRow>> {
    return this.database.run((query) =>
      readKeysetPage<AuditEventRow>({
        ...this.#list(query, criteria, order),
        list: `audit-events ${order} ${digestOf(criteria)}`,
        page,
      }),
    );
  }

  /** The first page, newest first, of each owner's events, in the order of the ids. */
  firstPagesOf(
    owner: Owner,
    ids: readonly string[],
    criteria: AuditEventCriteria,
    first: number | null | undefined,
  ): Promise<Page<AuditEventRow>[]> {
    return this.database.run((query) =>
      readFirstPages<AuditEventRow>({
        ...this.#list(query, criteria, "NEWEST_FIRST"),
        owner: { ...OWNERS[owner], ids },
        first,
        listOf: (id) => ownedList(owner, id, criteria),
      }),
    );
  }

  /** A page of one owner's events, newest first. */
  pageOf(owner: Owner, id: string, criteria: AuditEventCriteria, page: PageArguments): Promise<Page<AuditEventRow>> {
    return this.database.run((query) => {
      const all = this.#list(query, criteria, "NEWEST_FIRST");
      const rows = all.rows.where(OWNERS[owner].column, id);
      return readKeysetPage<AuditEventRow>({ ...all, rows, list: ownedList(owner, id, criteria), page });
    });
  }

  /** Those of the events that exist, and that stand in the scope. */
  async byIds(ids: readonly string[], scope: ReadScope): Promise<AuditEventRow[]> {
    if (scope === "none") return [];
    return this.database.run((query) => {
      const rows = query<AuditEventRow>("known_event").whereIn("id", ids);
      return scope === "all" ? rows : rows.where("user_id", scope.actorId);
    });
  }

  #list(query: Knex, criteria: AuditEventCriteria, order: `${AuditOrder}`) {
    const direction = order === "NEWEST_FIRST" ? "desc" : "asc";
    // Addresses have an index of their own, in the same order: the page is read along it.
    const [moment, id] = criteria.ip === undefined ? ["occurred_at", "id"] : ["moment", "event_id"];
    const sortKeys: SortKey[] = [
      { column: moment, direction, type: "timestamptz" },
      { column: id, direction, type: "uuid" },
    ];
    const rows = query("known_event").select("known_event.*");
    restrict(rows, criteria);
    const run = <T>(statement: Knex.QueryBuilder) => this.database.run<T>(() => statement as PromiseLike<T>);
    return { rows, sortKeys, cursors: this.cursors, run };
  }
}

function ownedList(owner: Owner, id: string, criteria: AuditEventCriteria): string {
  return `${owner} ${id} audit-events ${digestOf(criteria)}`;
}

function restrict(rows: Knex.QueryBuilder, criteria: AuditEventCriteria): void {
  for (const [field, column] of Object.entries(COLUMNS)) {
    const value = criteria[field as keyof typeof COLUMNS];
    if (value !== undefined) void rows.where(column, value);
  }
  const { actions, actionPrefix, ip, since, until, text } = criteria;
  if (ip !== undefined) void rows.join("known_ip", "known_ip.event_id", "known_event.id").where("address", ip);
  if (actions) void rows.whereIn("action", actions);
  if (actionPrefix !== undefined) void rows.whereLike("action", `${literally(actionPrefix)}%`);
  const moment = ip === undefined ? "occurred_at" : "moment";
  if (since) void rows.where(moment, ">=", since);
  if (until) void rows.where(moment, "<", until);
  if (text !== undefined) {
    void rows.where((anyOf) => {
      for (const column of SEARCHED) void anyOf.orWhereILike(column, `%${literally(text)}%`);
    });
  }
}

/** So that LIKE takes the characters for themselves. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
