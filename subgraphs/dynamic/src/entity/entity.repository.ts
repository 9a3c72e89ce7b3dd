import {
  readKeysetPage,
  type CursorCodec,
  type Database,
  type Page,
  type PageArguments,
  type SortKey,
} from "@supergraph/persistence";
import type { Knex } from "knex";
import type { EntityTypeDefinition, FieldDefinition } from "../entity-type/definition.js";
import { FieldKind } from "../entity-type/field-kind.js";
import type { Condition, RowScope } from "./condition.js";
import { conditionSql, scopeSql, type SqlPiece } from "./condition.repository.js";
import { isReadAsText, type EntityRecord, type EntityValues } from "./entity-record.js";

export interface ListQuery {
  scope: RowScope;
  condition: Condition;
  sortKeys: readonly SortKey[];
  /** Names the order, for the cursors. */
  order: string;
  page: PageArguments;
}

/** The SQL of the tables that hold entities; a type's table is named like the type. */
export class EntityRepository {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorCodec,
  ) {}

  async findByIds(type: EntityTypeDefinition, ids: readonly string[], scope: RowScope): Promise<EntityRecord[]> {
    return this.database.run((query) =>
      rowsOf(query, type)
        .whereIn("t0.id", ids)
        .whereRaw(...raw(scopeSql(scope))),
    );
  }

  /** The one with this value of a unique field. */
  async findByValue(
    type: EntityTypeDefinition,
    field: FieldDefinition,
    value: unknown,
    scope: RowScope,
  ): Promise<EntityRecord | undefined> {
    const rows = await this.database.run((query) =>
      rowsOf(query, type)
        .where(`t0.${field.name}`, value as Knex.Value)
        .whereRaw(...raw(scopeSql(scope)))
        .limit(1),
    );
    return rows[0];
  }

  async findPage(type: EntityTypeDefinition, list: ListQuery): Promise<Page<EntityRecord>> {
    return this.database.run((query) =>
      readKeysetPage<EntityRecord>({
        rows: rowsOf(query, type)
          .whereRaw(...raw(scopeSql(list.scope)))
          .whereRaw(...raw(conditionSql(list.condition))),
        sortKeys: list.sortKeys,
        list: `${type.name}:${list.order}`,
        page: list.page,
        cursors: this.cursors,
        run: (statement) => this.database.run(() => statement),
      }),
    );
  }

  /** All that the person has stored, oldest first; the deleted among it. */
  async findCreatedBy(type: EntityTypeDefinition, userId: string): Promise<EntityRecord[]> {
    return this.database.run((query) => rowsOf(query, type).where("t0.created_by", userId).orderBy("t0.id"));
  }

  /** The types' names of the ids that are entities'. */
  async findTypes(ids: readonly string[]): Promise<{ id: string; entity_type: string }[]> {
    return this.database.run((query) =>
      query<{ id: string; entity_type: string }>("entity").whereIn("id", ids).select("id", "entity_type"),
    );
  }

  async insert(type: EntityTypeDefinition, id: string, values: EntityValues, by: string | null): Promise<EntityRecord> {
    await this.database.run((query) => query("entity").insert({ id, entity_type: type.name }));
    const rows = await this.database.run((query) =>
      query(type.name)
        .insert({ id, created_by: by, updated_by: by, ...boundValues(type, values) })
        .returning(columnsOf(query, type)),
    );
    return rows[0] as EntityRecord;
  }

  /** Changes the entity and counts it up; undefined when its version is another than the one expected. */
  async update(
    type: EntityTypeDefinition,
    id: string,
    change: EntityValues,
    by: string | null,
    expectedVersion: number | undefined,
  ): Promise<EntityRecord | undefined> {
    const [row] = await this.change(type, boundValues(type, change), by, (rows) => {
      void rows.where({ id });
      if (expectedVersion !== undefined) void rows.where({ version: expectedVersion });
    });
    return row;
  }

  /** Marks entities as deleted; the tables keep them. */
  async markDeleted(type: EntityTypeDefinition, ids: readonly string[], by: string | null): Promise<EntityRecord[]> {
    return this.change(type, { deleted_at: new Date() }, by, (rows) => void rows.whereIn("id", ids));
  }

  async restore(type: EntityTypeDefinition, id: string, by: string | null): Promise<EntityRecord | undefined> {
    const [row] = await this.change(type, { deleted_at: null }, by, (rows) => void rows.where({ id }));
    return row;
  }

  /** Takes a reference out of those entities. */
  async clearReference(
    type: EntityTypeDefinition,
    field: FieldDefinition,
    ids: readonly string[],
    by: string | null,
  ): Promise<EntityRecord[]> {
    return this.change(type, { [field.name]: null }, by, (rows) => void rows.whereIn("id", ids));
  }

  /**
   * The entity as it is, locked until the unit of work ends: nobody else changes it, and nobody comes to refer to it.
   */
  async lock(
    type: EntityTypeDefinition,
    id: string,
    scope: RowScope,
    state: "live" | "deleted",
  ): Promise<EntityRecord | undefined> {
    const rows = await this.database.run((query) => {
      const one = rowsOf(query, type).where("t0.id", id).forUpdate();
      if (scope !== "all") void one.where("t0.created_by", scope.createdBy);
      return state === "live" ? one.whereNull("t0.deleted_at") : one.whereNotNull("t0.deleted_at");
    });
    return rows[0];
  }

  /** The entities that refer to one of `ids` by `field`, locked as `lock` does. */
  async lockReferring(
    type: EntityTypeDefinition,
    field: FieldDefinition,
    ids: readonly string[],
  ): Promise<EntityRecord[]> {
    return this.database.run((query) =>
      rowsOf(query, type).whereIn(`t0.${field.name}`, ids).whereNull("t0.deleted_at").orderBy("t0.id").forUpdate(),
    );
  }

  async isReferredTo(type: EntityTypeDefinition, field: FieldDefinition, ids: readonly string[]): Promise<boolean> {
    const found = await this.database.run((query) =>
      query(type.name).whereIn(field.name, ids).whereNull("deleted_at").select("id").limit(1),
    );
    return found.length > 0;
  }

  /** Those of `ids` that are not deleted, kept from being deleted until the unit of work ends. */
  async holdLive(typeName: string, ids: readonly string[], scope: RowScope): Promise<ReadonlySet<string>> {
    const rows = await this.database.run((query) => {
      const live = query<{ id: string }>(typeName).whereIn("id", ids).whereNull("deleted_at");
      if (scope !== "all") void live.where("created_by", scope.createdBy);
      return live.select("id").forKeyShare();
    });
    return new Set(rows.map(({ id }) => id));
  }

  private async change(
    type: EntityTypeDefinition,
    change: Record<string, unknown>,
    by: string | null,
    narrow: (rows: Knex.QueryBuilder) => void,
  ): Promise<EntityRecord[]> {
    const rows: unknown = await this.database.run((query) => {
      const update = query(type.name)
        .update({ ...change, updated_by: by, updated_at: query.fn.now(), version: query.raw("version + 1") })
        .returning(columnsOf(query, type));
      narrow(update);
      return update;
    });
    return rows as EntityRecord[];
  }
}

const SYSTEM_COLUMNS = {
  id: "id",
  version: "version",
  created_at: "createdAt",
  updated_at: "updatedAt",
  created_by: "createdBy",
  updated_by: "updatedBy",
  deleted_at: "deletedAt",
};

function rowsOf(query: Knex, type: EntityTypeDefinition): Knex.QueryBuilder<EntityRecord, EntityRecord[]> {
  return query.from({ t0: type.name }).select(columnsOf(query, type, "t0.")) as Knex.QueryBuilder<
    EntityRecord,
    EntityRecord[]
  >;
}

function columnsOf(query: Knex, type: EntityTypeDefinition, table = ""): Knex.Raw[] {
  return [
    query.raw("?::text as ??", [type.name, "__typename"]),
    ...Object.entries(SYSTEM_COLUMNS).map(([column, name]) => query.raw("?? as ??", [`${table}${column}`, name])),
    ...type.fields.map((field) => {
      const text = field.list ? "::text[]" : "::text";
      return query.raw(`??${isReadAsText(field) ? text : ""} as ??`, [`${table}${field.name}`, field.name]);
    }),
  ];
}

/** The values as the driver has to get them: to it, an array that is JSON is no array. */
function boundValues(type: EntityTypeDefinition, values: EntityValues): Record<string, unknown> {
  const isJson = new Set(type.fields.filter(({ kind }) => kind === FieldKind.JSON).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isJson.has(name) && value !== null ? JSON.stringify(value) : value,
    ]),
  );
}

function raw({ sql, bindings }: SqlPiece): [string, Knex.RawBinding[]] {
  return [sql, bindings as Knex.RawBinding[]];
}
