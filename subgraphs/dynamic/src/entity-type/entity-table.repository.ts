import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import type { Knex } from "knex";
import {
  constraintName,
  lengthLimit,
  refersToEntity,
  type EntityTypeDraft,
  type FieldDefinition,
} from "./definition.js";
import { FieldKind, kindTraits } from "./field-kind.js";

/** Nobody who uses the tables that a new one refers to waits longer than this for it. */
const LOCK_WAIT = "3s";

/** The SQL that makes the tables of entity types. */
export class EntityTableRepository {
  constructor(private readonly database: Database) {}

  /**
   * Makes the type's table, named like the type; a column is named like its field, in its own case.
   * @throws SystemError TOOK_TOO_LONG when a table that it refers to is busy all the while
   */
  async create(type: EntityTypeDraft): Promise<void> {
    await this.database.run((query) => query.raw(`set local lock_timeout = '${LOCK_WAIT}'`));
    await this.createTable(type).catch((cause: unknown) => {
      const isLockTimeout = cause instanceof Error && "code" in cause && cause.code === "55P03";
      throw isLockTimeout ? new SystemError("TOOK_TOO_LONG", { cause }) : cause;
    });
  }

  private async createTable(type: EntityTypeDraft): Promise<void> {
    await this.database.run((query) =>
      query.schema.createTable(type.name, (table) => {
        systemColumns(table, query, type.name);
        for (const field of type.fields) fieldColumn(table, query, type.name, field);
        table.index(["created_by", "id"], constraintName(type.name, ["created"], "index"));
        for (const names of type.uniqueTogether) uniqueIndex(table, query, type.name, names);
      }),
    );
  }
}

function systemColumns(table: Knex.CreateTableBuilder, query: Knex, typeName: string): void {
  table.uuid("id").primary({ constraintName: constraintName(typeName, [], "key") });
  table.integer("version").notNullable().defaultTo(1);
  table.timestamp("created_at", { useTz: true }).notNullable().defaultTo(query.fn.now());
  table.timestamp("updated_at", { useTz: true }).notNullable().defaultTo(query.fn.now());
  table.uuid("created_by");
  table.uuid("updated_by");
  table.timestamp("deleted_at", { useTz: true });
}

function fieldColumn(table: Knex.CreateTableBuilder, query: Knex, typeName: string, field: FieldDefinition): void {
  const column = table.specificType(field.name, columnType(field));
  if (field.required) void column.notNullable();
  if (field.defaultValue !== null) void column.defaultTo(defaultOf(query, field));
  addChecks(table, query, typeName, field);
  if (refersToEntity(field)) {
    table
      .foreign(field.name, constraintName(typeName, [field.name], "reference"))
      .references("id")
      .inTable(field.target)
      .onDelete("NO ACTION");
  }
  if (field.unique) uniqueIndex(table, query, typeName, [field.name]);
  // A reference is looked up from its other side, whenever that one is deleted.
  else if (field.indexed || field.kind === FieldKind.REFERENCE) plainIndex(table, typeName, field);
}

/** The column's type in PostgreSQL. */
export function columnType(field: FieldDefinition): string {
  const { sqlType } = kindTraits[field.kind];
  // A list of JSON is JSON itself.
  if (field.kind === FieldKind.JSON) return sqlType;
  const element = field.kind === FieldKind.STRING ? `varchar(${lengthLimit(field)})` : sqlType;
  return field.list ? `${element}[]` : element;
}

function defaultOf(query: Knex, { kind, list, defaultValue }: FieldDefinition): Knex.Raw {
  const { sqlType } = kindTraits[kind];
  if (kind === FieldKind.JSON) return query.raw(`${literal(JSON.stringify(defaultValue))}::jsonb`);
  if (!list) return query.raw(`${literal(String(defaultValue))}::${sqlType}`);
  const elements = (defaultValue as unknown[]).map((element) => literal(String(element)));
  return query.raw(`array[${elements.join(", ")}]::${sqlType}[]`);
}

/**
 * Text as a literal of SQL. DDL takes no parameters, and Knex would number every `?` that it finds in a statement as
 * one, inside of literals too: written by its code, there is none to find.
 */
function literal(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("?", "\\x3F")}'`;
}

/** What the service checks first, and says better; here nothing gets past it. */
function addChecks(table: Knex.CreateTableBuilder, query: Knex, typeName: string, field: FieldDefinition): void {
  const { name, kind, list, enumValues, minimum, maximum, maxLength, pattern } = field;
  const check = (rule: string, sql: string, bindings: unknown[]) =>
    table.check(sql, bindings as never, `"${constraintName(typeName, [name], rule)}"`);
  // An array is compared as a whole: each of its elements with the bound.
  const elements = list ? "all (??)" : "??";
  const bound = kind === FieldKind.FLOAT ? "?::double precision" : "?::numeric";
  if (enumValues !== null) {
    const allowed = `array[${enumValues.map(() => "?").join(", ")}]::text[]`;
    check("values", list ? `?? <@ ${allowed}` : `?? = any (${allowed})`, [name, ...enumValues]);
  }
  if (minimum !== null) check("minimum", `${bound} <= ${elements}`, [minimum, name]);
  if (maximum !== null) check("maximum", `${bound} >= ${elements}`, [maximum, name]);
  if (kind === FieldKind.TEXT && maxLength !== null && !list)
    check("length", "char_length(??) <= ?", [name, maxLength]);
  if (pattern !== null) check("pattern", "?? ~ ?", [name, query.raw(literal(pattern))]);
}

/** Deleted entities don't count: their values are free again. */
function uniqueIndex(table: Knex.CreateTableBuilder, query: Knex, typeName: string, names: string[]): void {
  table.unique(names, {
    indexName: constraintName(typeName, names, "unique"),
    useConstraint: false,
    predicate: query.whereNull("deleted_at"),
  });
}

function plainIndex(table: Knex.CreateTableBuilder, typeName: string, { name, kind, list }: FieldDefinition): void {
  const isInverted = list || kind === FieldKind.JSON;
  table.index(
    [name],
    constraintName(typeName, [name], "index"),
    isInverted ? { storageEngineIndexType: "gin" as never } : {},
  );
}
