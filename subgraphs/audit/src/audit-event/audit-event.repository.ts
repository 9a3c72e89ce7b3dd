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
import type { PersonalReader } from "../personal/personal-reader.js";
import type { ReadScope } from "./audit-event.access.js";
import { digestOf, type AuditEventCriteria } from "./audit-event.criteria.js";
import type { AuditOrder } from "./audit-event.input.js";

export interface AuditEventRow extends Omit<AuditEvent, "occurred_at" | "changes"> {
  occurred_at: Date;
  changes: AuditEvent["changes"] | null;
  /** A bigint, as text; null until the event is sealed. */
  leaf_index: string | null;
  sealed_at: Date | null;
  /** Names of the texts of people that the sealed event holds. */
  actor_label_text: string | null;
  ip_text: string | null;
  user_agent_text: string | null;
  entity_label_text: string | null;
  reason_text: string | null;
  changes_sealed: Buffer | null;
}

/** What a filter by a person's values comes to: the names of the texts that it finds. */
export interface FoundTexts {
  ofIp: string[];
  ofText: string[];
}

export const NO_TEXTS: FoundTexts = { ofIp: [], ofText: [] };

/** Whose lists: those of actors, or those of targets. */
export type Owner = "user" | "entity";

const OWNERS = {
  user: { column: "user_id", type: "uuid" },
  entity: { column: "entity_id", type: "text" },
} as const;

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

/** Reads the log: sealed events and those still in an outbox, each exactly once, as soon as they are committed. */
export class AuditEventRepository {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorCodec,
    private readonly values: PersonalReader,
  ) {}

  async page(criteria: AuditEventCriteria, order: AuditOrder, page: PageArguments): Promise<Page<AuditEventRow>> {
    const list = `audit-events ${order} ${digestOf(criteria)}`;
    const found = await this.values.textsFoundBy(criteria);
    const read = await this.database.run((query) =>
      readKeysetPage<AuditEventRow>({ ...this.#list(query, criteria, found, order), list, page }),
    );
    return this.#revealed(read);
  }

  /** The first page, newest first, of each owner's events, in the order of the ids. */
  async firstPagesOf(
    owner: Owner,
    ids: readonly string[],
    criteria: AuditEventCriteria,
    first: number | null | undefined,
  ): Promise<Page<AuditEventRow>[]> {
    const found = await this.values.textsFoundBy(criteria);
    const pages = await this.database.run((query) =>
      readFirstPages<AuditEventRow>({
        ...this.#list(query, criteria, found, "NEWEST_FIRST"),
        owner: { ...OWNERS[owner], ids },
        first,
        listOf: (id) => ownedList(owner, id, criteria),
      }),
    );
    const rows = await this.values.reveal(pages.flatMap((page) => page.rows));
    return pages.map((page) => ({ ...page, rows: rows.splice(0, page.rows.length) }));
  }

  /** A page of one owner's events, newest first. */
  async pageOf(
    owner: Owner,
    id: string,
    criteria: AuditEventCriteria,
    page: PageArguments,
  ): Promise<Page<AuditEventRow>> {
    const found = await this.values.textsFoundBy(criteria);
    const read = await this.database.run((query) => {
      const all = this.#list(query, criteria, found, "NEWEST_FIRST");
      const rows = all.rows.where(OWNERS[owner].column, id);
      return readKeysetPage<AuditEventRow>({ ...all, rows, list: ownedList(owner, id, criteria), page });
    });
    return this.#revealed(read);
  }

  /** Those of the events that exist, and that stand in the scope. */
  async byIds(ids: readonly string[], scope: ReadScope): Promise<AuditEventRow[]> {
    if (scope === "none") return [];
    const rows = await this.database.run((query) => {
      const found = query<AuditEventRow>("known_event").whereIn("id", ids);
      return scope === "all" ? found : found.where("user_id", scope.actorId);
    });
    return this.values.reveal(rows);
  }

  async #revealed(page: Page<AuditEventRow>): Promise<Page<AuditEventRow>> {
    return { ...page, rows: await this.values.reveal(page.rows) };
  }

  #list(query: Knex, criteria: AuditEventCriteria, found: FoundTexts, order: `${AuditOrder}`) {
    const direction = order === "NEWEST_FIRST" ? "desc" : "asc";
    const sortKeys: SortKey[] = [
      { column: "occurred_at", direction, type: "timestamptz" },
      { column: "id", direction, type: "uuid" },
    ];
    const rows = query("known_event").select("known_event.*");
    restrict(rows, criteria, found);
    const run = <T>(statement: Knex.QueryBuilder) => this.database.run<T>(() => statement as PromiseLike<T>);
    return { rows, sortKeys, cursors: this.cursors, run };
  }
}

function ownedList(owner: Owner, id: string, criteria: AuditEventCriteria): string {
  return `${owner} ${id} audit-events ${digestOf(criteria)}`;
}

/** Leaves what holds to the criteria, of rows of `known_event`. */
export function restrict(rows: Knex.QueryBuilder, criteria: AuditEventCriteria, found: FoundTexts): void {
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
}

/** So that LIKE takes the characters for themselves. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
