import { changesBetween, type AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { ForwardedIdentity } from "@supergraph/identity";
import { ReferenceAction, type EntityTypeDefinition, type FieldDefinition } from "../entity-type/definition.js";
import { auditedValues, labelOf, sensitiveFields, type EntityRecord } from "./entity-record.js";
import type { EntityRepository } from "./entity.repository.js";

/** A field by which entities of a type refer to those of another. */
export interface Referrer {
  type: EntityTypeDefinition;
  field: FieldDefinition;
}

/** Who deletes. */
export interface Deleter {
  by: string | null;
  identity: ForwardedIdentity;
}

const MAXIMUM_AT_ONCE = 1_000;

/**
 * Deletes entities and settles those that refer to them. A deleted row stays in its table, so PostgreSQL's own
 * foreign-key actions never run: their rules are kept here, and what follows from a deletion is audited like it.
 */
export class EntityDeletion {
  constructor(
    private readonly entities: EntityRepository,
    /** Read in the unit of work: a type defined a moment ago, through another replica, counts. */
    private readonly referrersTo: (typeName: string) => Promise<Referrer[]>,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws SystemError REFERENCE_VIOLATION when one of them is referred to by a RESTRICT field */
  async delete(type: EntityTypeDefinition, ids: readonly string[], deleter: Deleter): Promise<EntityRecord[]> {
    const deleted = await this.entities.markDeleted(type, ids, deleter.by);
    const referrers = Map.groupBy(await this.referrersTo(type.name), ({ field }) => field.onDelete);
    for (const referrer of referrers.get(ReferenceAction.CASCADE) ?? []) await this.#cascade(referrer, ids, deleter);
    for (const referrer of referrers.get(ReferenceAction.SET_NULL) ?? []) await this.#clear(referrer, ids, deleter);
    for (const referrer of referrers.get(ReferenceAction.RESTRICT) ?? []) await this.#refuseReferred(referrer, ids);
    return deleted;
  }

  async #cascade({ type, field }: Referrer, ids: readonly string[], deleter: Deleter): Promise<void> {
    const before = await this.#lockReferring({ type, field }, ids);
    if (before.length === 0) return;
    const deleted = await this.delete(
      type,
      before.map(({ id }) => id),
      deleter,
    );
    await this.#record("entity.delete", type, before, deleted, deleter);
  }

  async #clear({ type, field }: Referrer, ids: readonly string[], deleter: Deleter): Promise<void> {
    const before = await this.#lockReferring({ type, field }, ids);
    if (before.length === 0) return;
    const cleared = await this.entities.clearReference(
      type,
      field,
      before.map(({ id }) => id),
      deleter.by,
    );
    await this.#record("entity.update", type, before, cleared, deleter);
  }

  async #lockReferring({ type, field }: Referrer, ids: readonly string[]): Promise<EntityRecord[]> {
    const rows = await this.entities.lockReferring(type, field, ids);
    if (rows.length <= MAXIMUM_AT_ONCE) return rows;
    throw new SystemError("REFERENCE_VIOLATION", {
      message: `Over ${MAXIMUM_AT_ONCE} entities of ${type.name} refer to it by ${field.name}: delete those first.`,
    });
  }

  async #refuseReferred({ type, field }: Referrer, ids: readonly string[]): Promise<void> {
    if (!(await this.entities.isReferredTo(type, field, ids))) return;
    throw new SystemError("REFERENCE_VIOLATION", { message: `${type.name} refers to it by ${field.name}.` });
  }

  async #record(
    action: string,
    type: EntityTypeDefinition,
    before: readonly EntityRecord[],
    after: readonly EntityRecord[],
    { identity }: Deleter,
  ): Promise<void> {
    const earlier = new Map(before.map((record) => [record.id, record]));
    for (const record of after) {
      await this.audit.record({
        action,
        identity,
        path: "onDelete",
        details: {
          target: { type: type.name, id: record.id, label: labelOf(type, record), version: record.version },
          changes: changesBetween(
            auditedValues(type, earlier.get(record.id) ?? record),
            auditedValues(type, record),
            sensitiveFields(type),
          ),
        },
      });
    }
  }
}
