import { changesBetween, type AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError, type FieldProblem } from "@supergraph/errors";
import { scopeOf, type EntityAction } from "@supergraph/identity";
import { connectionOf, isId, newId, type Connection, type PageArguments } from "@supergraph/persistence";
import { loaderById, type Caller } from "@supergraph/subgraph";
import type DataLoader from "dataloader";
import { refersToEntity, type EntityTypeDefinition, type FieldDefinition } from "../entity-type/definition.js";
import type { RowScope } from "./condition.js";
import type { EntityDeletion } from "./deletion.js";
import { auditedValues, labelOf, sensitiveFields, type EntityRecord, type EntityValues } from "./entity-record.js";
import type { EntityRepository } from "./entity.repository.js";
import { conditionOf } from "./filter.js";
import { checkedValues, inputErrorOf } from "./input-values.js";
import type { EntityModel } from "./model.js";
import { sortKeysOf, type EntityOrder } from "./order.js";
import { kindProblem } from "./value-rules.js";

export interface ListArguments extends PageArguments {
  filter?: Readonly<Record<string, unknown>> | null;
  orderBy?: readonly EntityOrder[] | null;
}

/** The rules of entities, for one caller: what they may reach stands in the SQL, lists and totals included. */
export class EntityService {
  readonly #loaders = new Map<string, DataLoader<string, EntityRecord | null>>();
  readonly #types: DataLoader<string, { id: string; entity_type: string } | null>;

  constructor(
    private readonly caller: Caller,
    private readonly model: EntityModel,
    private readonly entities: EntityRepository,
    private readonly deletion: EntityDeletion,
    private readonly audit: AuditTrail,
  ) {
    this.#types = loaderById(
      (ids) => entities.findTypes(ids),
      ({ id }) => id,
    );
  }

  /** Null when there is none, or none that the caller may read; also the way of every reference. */
  async find(type: EntityTypeDefinition, id: string): Promise<EntityRecord | null> {
    return isId(id) ? this.#loaderOf(type).load(id.toLowerCase()) : null;
  }

  /** As `find`, of any type. */
  async findAny(id: string): Promise<EntityRecord | null> {
    const entity = isId(id) ? await this.#types.load(id.toLowerCase()) : null;
    const type = entity && this.model.get(entity.entity_type);
    return type ? this.find(type, id) : null;
  }

  async findByValue(type: EntityTypeDefinition, field: FieldDefinition, value: unknown): Promise<EntityRecord | null> {
    const scope = this.#scope(type.name, "read");
    if (scope === "none" || kindProblem(field.kind, value) !== undefined) return null;
    return (await this.entities.findByValue(type, field, value, scope)) ?? null;
  }

  /** @throws SystemError INVALID_INPUT, INVALID_PAGE, INVALID_CURSOR, PERMISSION_MISSING */
  async list(type: EntityTypeDefinition, args: ListArguments, model: EntityModel): Promise<Connection<EntityRecord>> {
    const scope = this.#reach(type.name, "read");
    const orderBy = args.orderBy ?? [];
    const page = await this.entities.findPage(type, {
      scope,
      condition: conditionOf(type, args.filter ?? {}, model, (name) => this.#scope(name, "read")),
      sortKeys: sortKeysOf(type, orderBy),
      order: orderBy.map(({ field, direction }) => `${field} ${direction}`).join(),
      page: args,
    });
    return connectionOf(page, (record) => record);
  }

  /** @throws SystemError INVALID_INPUT, UNIQUE_VIOLATION */
  async create(type: EntityTypeDefinition, input: EntityValues): Promise<EntityRecord> {
    const values = checkedValues(type, input);
    await this.#holdReferences(type, values);
    const created = await this.#stored(type, () => this.entities.insert(type, newId(), values, this.#author));
    this.#describe(type, undefined, created);
    return created;
  }

  /** @throws SystemError ENTITY_NOT_FOUND, INVALID_INPUT, UNIQUE_VIOLATION, STALE_VERSION */
  async update(
    type: EntityTypeDefinition,
    id: string,
    input: EntityValues,
    expectedVersion: number | undefined,
  ): Promise<EntityRecord> {
    const change = checkedValues(type, input);
    const before = await this.#lock(type, id, "update", "live");
    await this.#holdReferences(type, change);
    const after = await this.#stored(type, () =>
      this.entities.update(type, before.id, change, this.#author, expectedVersion),
    );
    if (!after) throw new SystemError("STALE_VERSION", { currentVersion: before.version });
    this.#loaderOf(type).clear(before.id);
    this.#describe(type, before, after);
    return after;
  }

  /** What refers to it is settled as its field's `onDelete` says. @throws SystemError ENTITY_NOT_FOUND, STALE_VERSION, REFERENCE_VIOLATION */
  async delete(type: EntityTypeDefinition, id: string, expectedVersion: number | undefined): Promise<EntityRecord> {
    const before = await this.#lock(type, id, "delete", "live");
    if (expectedVersion !== undefined && before.version !== expectedVersion) {
      throw new SystemError("STALE_VERSION", { currentVersion: before.version });
    }
    const [deleted] = await this.deletion.delete(type, [before.id], {
      by: this.#author,
      identity: this.caller.identity,
    });
    if (!deleted) throw new SystemError("ENTITY_NOT_FOUND");
    // What went with it may be of any type.
    this.#loaders.clear();
    this.#describe(type, before, deleted);
    return deleted;
  }

  /** @throws SystemError ENTITY_NOT_FOUND, INVALID_INPUT when what it refers to is deleted, UNIQUE_VIOLATION */
  async restore(type: EntityTypeDefinition, id: string): Promise<EntityRecord> {
    const before = await this.#lock(type, id, "delete", "deleted");
    await this.#holdReferences(type, before, () => "all");
    const restored = await this.#stored(type, () => this.entities.restore(type, before.id, this.#author));
    if (!restored) throw new SystemError("ENTITY_NOT_FOUND");
    this.#loaderOf(type).clear(before.id);
    this.#describe(type, before, restored);
    return restored;
  }

  get #author(): string | null {
    const id = this.caller.id;
    return id !== undefined && isId(id) ? id : null;
  }

  #scope(typeName: string, action: EntityAction): RowScope | "none" {
    const scope = scopeOf(this.caller.claims?.permissions ?? [], typeName, action);
    if (scope !== "own") return scope;
    return this.#author === null ? "none" : { createdBy: this.#author };
  }

  #reach(typeName: string, action: EntityAction): RowScope {
    const scope = this.#scope(typeName, action);
    if (scope === "none") throw new SystemError("PERMISSION_MISSING");
    return scope;
  }

  #loaderOf(type: EntityTypeDefinition): DataLoader<string, EntityRecord | null> {
    const known = this.#loaders.get(type.name);
    if (known) return known;
    const scope = this.#scope(type.name, "read");
    const read = (ids: readonly string[]) =>
      scope === "none" ? Promise.resolve([]) : this.entities.findByIds(type, ids, scope);
    const loader = loaderById(read, ({ id }) => id);
    this.#loaders.set(type.name, loader);
    return loader;
  }

  async #lock(type: EntityTypeDefinition, id: string, action: EntityAction, state: "live" | "deleted") {
    const scope = this.#reach(type.name, action);
    const record = isId(id) ? await this.entities.lock(type, id, scope, state) : undefined;
    if (!record) throw new SystemError("ENTITY_NOT_FOUND", { message: `There is no such ${type.name}.` });
    return record;
  }

  /**
   * Nothing may come to refer to what is deleted, or is being deleted just now, nor to what the caller may not read:
   * that would tell that it exists, and keep others from deleting it.
   */
  async #holdReferences(
    type: EntityTypeDefinition,
    values: EntityValues,
    scopeOfTarget = (target: string) => this.#scope(target, "read"),
  ): Promise<void> {
    const given = type.fields.filter(refersToEntity).filter(({ name }) => typeof values[name] === "string");
    const problems: FieldProblem[] = [];
    for (const [target, fields] of Map.groupBy(given, (field) => field.target)) {
      const ids = fields.map(({ name }) => String(values[name]).toLowerCase());
      const scope = scopeOfTarget(target);
      const live = scope === "none" ? new Set<string>() : await this.entities.holdLive(target, ids, scope);
      fields.forEach(({ name }, index) => {
        if (!live.has(ids[index] ?? ""))
          problems.push({ path: `input.${name}`, message: `there is no such ${target}` });
      });
    }
    const [first, ...rest] = problems;
    if (first) throw invalidInput(first, ...rest);
  }

  async #stored<T>(type: EntityTypeDefinition, store: () => Promise<T>): Promise<T> {
    return store().catch((error: unknown) => {
      throw inputErrorOf(type, error);
    });
  }

  #describe(type: EntityTypeDefinition, before: EntityRecord | undefined, after: EntityRecord): void {
    this.audit.describe({
      target: { type: type.name, id: after.id, label: labelOf(type, after), version: after.version },
      changes: changesBetween(
        before ? auditedValues(type, before) : {},
        auditedValues(type, after),
        sensitiveFields(type),
      ),
    });
  }
}
