import { connectionOf, isId, type Connection, type PageArguments } from "@supergraph/persistence";
import { loaderById, type SubgraphContext } from "@supergraph/subgraph";
import DataLoader from "dataloader";
import { askedOf } from "./asked.js";
import { AuditEventAccess, type AskingField } from "./audit-event.access.js";
import { criteriaOf, type AuditEventCriteria } from "./audit-event.criteria.js";
import type { AuditEventFilter, AuditOrder } from "./audit-event.input.js";
import { AuditEventLoader } from "./audit-event.loader.js";
import { toLazyAuditEvent } from "./audit-event.mapper.js";
import type { AuditEventRepository, AuditEventRow, Owner } from "./audit-event.repository.js";
import type { AuditEvent } from "./audit-event.type.js";
import type { AuditCount, AuditGroup } from "./audit-statistics.type.js";
import { refuseUnknownActions } from "./known-actions.js";

export interface AuditEventsQuery {
  filter: AuditEventFilter | null | undefined;
  page: PageArguments;
}

/** Reads the audit log as the caller of one request may. */
export class AuditEventService {
  readonly #access: AuditEventAccess;
  readonly #loader: AuditEventLoader;
  readonly #byId;
  readonly #isInLog;
  /** What is asked of people's values by one answer is read together, and none of it when nothing is. */
  readonly #revealed;

  constructor(
    private readonly repository: AuditEventRepository,
    context: SubgraphContext,
  ) {
    this.#access = new AuditEventAccess(context);
    this.#loader = new AuditEventLoader(repository);
    this.#byId = loaderById(
      (ids) => repository.byIds(ids, this.#access.scope),
      ({ id }) => id,
    );
    this.#revealed = new DataLoader((rows: readonly AuditEventRow[]) => repository.reveal(rows));
    this.#isInLog = new DataLoader((actions: readonly string[]) => this.#areInLog(actions));
  }

  /**
   * The events that the filter finds; whoever may not read all must ask for their own.
   * @throws SystemError PERMISSION_MISSING, INVALID_INPUT, INVALID_PAGE, INVALID_CURSOR
   */
  async list(
    { filter, page, order }: AuditEventsQuery & { order: AuditOrder },
    field: AskingField,
  ): Promise<Connection<AuditEvent>> {
    if (this.#access.isOwn(filter?.userId)) this.#access.omitOwn();
    else await this.#access.requireAuditor(field);
    const criteria = await this.#criteriaOf(filter);
    this.#access.describe(askedOf(criteria, page, order));
    return connectionOf(await this.repository.page(criteria, order, page), (row) => this.#toEvent(row));
  }

  /** How many events the filter finds, by what they have in common. @throws as `list` */
  async count(
    filter: AuditEventFilter | null | undefined,
    group: AuditGroup,
    field: AskingField,
  ): Promise<AuditCount[]> {
    if (this.#access.isOwn(filter?.userId)) this.#access.omitOwn();
    else await this.#access.requireAuditor(field);
    const criteria = await this.#criteriaOf(filter);
    this.#access.describe(askedOf(criteria));
    return this.repository.counts(criteria, group);
  }

  /** As `byId`, for the query. */
  async find(id: string): Promise<AuditEvent | null> {
    const event = await this.byId(id);
    if (this.#access.scope !== "all" || this.#access.isOwn(event?.actor.id)) this.#access.omitOwn();
    return event;
  }

  /** The event, or null when there is none that the caller may read. */
  async byId(id: string): Promise<AuditEvent | null> {
    if (!isId(id)) return null;
    const row = await this.#byId.load(id.toLowerCase());
    return row && this.#toEvent(row);
  }

  /** What a person did. @throws as `list` */
  async ofUser(userId: string, query: AuditEventsQuery, field: AskingField): Promise<Connection<AuditEvent>> {
    if (this.#access.isOwn(userId)) return this.#owned("user", userId, query);
    await this.#access.requireAuditor(field);
    return this.#access.recorded(field, { type: "User", id: userId }, () => this.#owned("user", userId, query));
  }

  /** What was done to an entity. @throws as `list` */
  async ofEntity(entityId: string, query: AuditEventsQuery, field: AskingField): Promise<Connection<AuditEvent>> {
    await this.#access.requireAuditor(field);
    return this.#access.recorded(field, { type: "Entity", id: entityId }, () => this.#owned("entity", entityId, query));
  }

  async #owned(owner: Owner, id: string, { filter, page }: AuditEventsQuery): Promise<Connection<AuditEvent>> {
    const criteria = await this.#criteriaOf(filter);
    this.#access.describe(askedOf(criteria, page, "NEWEST_FIRST"));
    return connectionOf(await this.#loader.load(owner, id, criteria, page), (row) => this.#toEvent(row));
  }

  #toEvent(row: AuditEventRow): AuditEvent {
    return toLazyAuditEvent(row, (sealed) => this.#revealed.load(sealed));
  }

  async #criteriaOf(filter: AuditEventFilter | null | undefined): Promise<AuditEventCriteria> {
    const criteria = criteriaOf(filter);
    await refuseUnknownActions(filter?.actions ?? [], (action) => this.#isInLog.load(action));
    return criteria;
  }

  /** As far as the caller may know: what others did stays hidden from who may read their own acts alone. */
  async #areInLog(actions: readonly string[]): Promise<boolean[]> {
    const { scope } = this.#access;
    if (scope === "none") return actions.map(() => false);
    const held = new Set(await this.repository.actionsAmong(actions, scope === "all" ? undefined : scope.actorId));
    return actions.map((action) => held.has(action));
  }
}
