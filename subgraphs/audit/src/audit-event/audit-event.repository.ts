import type { AuditEvent } from "@supergraph/audit-trail";
import {
  birthOf,
  readFirstPages,
  readKeysetPage,
  type CursorCodec,
  type Database,
  type KeysetQuery,
  type Page,
  type PageArguments,
  type SortKey,
} from "@supergraph/persistence";
import type { Knex } from "knex";
import type { PersonalReader } from "../personal/personal-reader.js";
import type { ReadScope } from "./audit-event.access.js";
import { digestOf, type AuditEventCriteria } from "./audit-event.criteria.js";
import type { AuditOrder } from "./audit-event.input.js";
import { countsOf } from "./audit-statistics.repository.js";
import type { AuditCount, AuditGroup } from "./audit-statistics.type.js";
import { pausesOf } from "./reading-pauses.js";
import { matchingEvents, textsFoundBy, type FoundTexts } from "./matching.repository.js";

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

/** An event gets its id as it happens, by the clock of the service where it does. */
const CLOCKS_DIFFER_MS = 3_600_000;

/** Whose lists: those of actors, or those of targets. */
export type Owner = "user" | "entity";

const OWNERS = {
  user: { column: "user_id", type: "uuid" },
  entity: { column: "entity_id", type: "text" },
} as const;

/** LATERAL and LIMIT: one look into the index for each, however many events an action has. */
const ACTIONS_AMONG = `
  select asked.action from unnest(:actions::text[]) as asked(action)
  cross join lateral (
    select from known_event
    where known_event.action = asked.action and (:actorId::uuid is null or user_id = :actorId) limit 1
  ) as held`;

/**
 * Reads the log: sealed events and those still in an outbox, each exactly once, as soon as they are committed. They come
 * as they are stored; what is personal in them is read by `reveal`.
 */
export class AuditEventRepository {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorCodec,
    private readonly values: PersonalReader,
  ) {}

  async page(criteria: AuditEventCriteria, order: AuditOrder, page: PageArguments): Promise<Page<AuditEventRow>> {
    const list = `audit-events ${order} ${digestOf(criteria)}`;
    const found = await textsFoundBy(criteria, this.values);
    return this.database.run((query) =>
      readKeysetPage<AuditEventRow>({
        ...this.#list(query, criteria, found, order),
        list,
        page,
        pauses: (direction, from) => pausesOf(criteria, direction, from),
      }),
    );
  }

  /** The first page, newest first, of each owner's events, in the order of the ids. */
  async firstPagesOf(
    owner: Owner,
    ids: readonly string[],
    criteria: AuditEventCriteria,
    first: number | null | undefined,
  ): Promise<Page<AuditEventRow>[]> {
    const found = await textsFoundBy(criteria, this.values);
    return this.database.run((query) =>
      readFirstPages<AuditEventRow>({
        ...this.#list(query, criteria, found, "NEWEST_FIRST"),
        owner: { ...OWNERS[owner], ids },
        first,
        listOf: (id) => ownedList(owner, id, criteria),
      }),
    );
  }

  /** A page of one owner's events, newest first. */
  async pageOf(
    owner: Owner,
    id: string,
    criteria: AuditEventCriteria,
    page: PageArguments,
  ): Promise<Page<AuditEventRow>> {
    const found = await textsFoundBy(criteria, this.values);
    return this.database.run((query) => {
      const all = this.#list(query, criteria, found, "NEWEST_FIRST");
      const rows = all.rows.where(OWNERS[owner].column, id);
      const pauses: KeysetQuery["pauses"] = (direction, from) => pausesOf(criteria, direction, from);
      return readKeysetPage<AuditEventRow>({ ...all, rows, list: ownedList(owner, id, criteria), page, pauses });
    });
  }

  /**
   * Those of the events that exist, and that stand in the scope. Looked for at first in the months in which their ids
   * were made, and only what isn't there in all of the log: PostgreSQL plans for each month that it may have to look at.
   */
  async byIds(ids: readonly string[], scope: ReadScope): Promise<AuditEventRow[]> {
    if (scope === "none") return [];
    const early = await this.#withIds(ids, scope, spanOf(ids));
    const found = new Set(early.map(({ id }) => id));
    const late = await this.#withIds(
      ids.filter((id) => !found.has(id.toLowerCase())),
      scope,
    );
    return [...early, ...late];
  }

  async #withIds(ids: readonly string[], scope: ReadScope, span?: Span): Promise<AuditEventRow[]> {
    if (ids.length === 0) return [];
    return this.database.run((query) => {
      const rows = query<AuditEventRow>("known_event").whereIn("id", ids);
      if (typeof scope === "object") void rows.where("user_id", scope.actorId);
      if (span) void rows.whereBetween("occurred_at", [span.from, span.to]);
      return rows;
    });
  }

  /** How many events there are in each group. */
  async counts(criteria: AuditEventCriteria, group: AuditGroup): Promise<AuditCount[]> {
    const found = await textsFoundBy(criteria, this.values);
    return this.database.run((query) => countsOf(matchingEvents(query, criteria, found), group));
  }

  /** Those of the actions that the log holds; among the acts of one person when one is given. */
  async actionsAmong(actions: readonly string[], actorId?: string): Promise<string[]> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { action: string }[] }>(ACTIONS_AMONG, { actions, actorId: actorId ?? null }),
    );
    return rows.map(({ action }) => action);
  }

  /** The events with what is personal in them, in the same order; what was erased stays null. */
  reveal(rows: readonly AuditEventRow[]): Promise<AuditEventRow[]> {
    return this.values.reveal(rows);
  }

  #list(query: Knex, criteria: AuditEventCriteria, found: FoundTexts, order: `${AuditOrder}`) {
    const direction = order === "NEWEST_FIRST" ? "desc" : "asc";
    const sortKeys: SortKey[] = [
      { column: "occurred_at", direction, type: "timestamptz", nearlyUnique: true },
      { column: "id", direction, type: "uuid" },
    ];
    const rows = matchingEvents(query, criteria, found).select("known_event.*");
    const run = <T>(statement: Knex.QueryBuilder) => this.database.run<T>(() => statement as PromiseLike<T>);
    return { rows, sortKeys, cursors: this.cursors, run };
  }
}

interface Span {
  from: Date;
  to: Date;
}

/** When events of these ids happened, as far as ids can tell; undefined when one of them can't. */
function spanOf(ids: readonly string[]): Span | undefined {
  const births = ids.map((id) => birthOf(id)?.getTime() ?? NaN);
  const [from, to] = [Math.min(...births) - CLOCKS_DIFFER_MS, Math.max(...births) + CLOCKS_DIFFER_MS];
  return Number.isNaN(from) ? undefined : { from: new Date(from), to: new Date(to) };
}

function ownedList(owner: Owner, id: string, criteria: AuditEventCriteria): string {
  return `${owner} ${id} audit-events ${digestOf(criteria)}`;
}
