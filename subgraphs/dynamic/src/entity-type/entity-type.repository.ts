import type { Database } from "@supergraph/persistence";
import type { Knex } from "knex";
import type { Referrer } from "../entity/deletion.js";
import type { EntityTypeDefinition, EntityTypeDraft } from "./definition.js";

/** A row of `dynamic.entity_type`. */
interface EntityTypeRow {
  name: string;
  plural_name: string;
  definition: Pick<EntityTypeDraft, "description" | "fields" | "uniqueTogether">;
  version: number;
  created_at: Date;
  updated_at: Date;
  created_by: string | null;
}

export interface EntityCount {
  name: string;
  count: number;
}

/** The registry of entity types. */
export class EntityTypeRepository {
  constructor(private readonly database: Database) {}

  /** All types, in the order in which they were defined: a reference's target comes before it. */
  async findAll(): Promise<EntityTypeDefinition[]> {
    const rows = await this.database.run((query) =>
      query<EntityTypeRow>("entity_type").select("*").orderBy(["created_at", "name"]),
    );
    return rows.map(definitionOf);
  }

  async insert(draft: EntityTypeDraft, by: string | null): Promise<EntityTypeDefinition> {
    const { name, pluralName, description, fields, uniqueTogether } = draft;
    const rows = await this.database.run((query) =>
      query("entity_type")
        .insert({
          name,
          plural_name: pluralName,
          definition: JSON.stringify({ description, fields, uniqueTogether }),
          created_by: by,
        })
        .returning("*"),
    );
    return definitionOf(rows[0] as EntityTypeRow);
  }

  /** The fields by which entities refer to those of the type. */
  async findReferrersTo(typeName: string): Promise<Referrer[]> {
    const rows = await this.database.run((query) =>
      query<EntityTypeRow>("entity_type")
        .whereRaw("definition->'fields' @> ?::jsonb", [JSON.stringify([{ target: typeName }])])
        .orderBy("name")
        .select("*"),
    );
    return rows
      .map(definitionOf)
      .flatMap((type) => type.fields.filter(({ target }) => target === typeName).map((field) => ({ type, field })));
  }

  /** How many entities each type has that are not deleted; of `createdBy` alone where it is given. */
  async countEntities(types: readonly { name: string; createdBy: string | undefined }[]): Promise<EntityCount[]> {
    return this.database.run((query) => {
      const counts = types.map(({ name, createdBy }) => {
        const counted = query(name)
          .whereNull("deleted_at")
          .select(query.raw("?::text as name, count(*)::int", [name]));
        return createdBy === undefined ? counted : counted.where("created_by", createdBy);
      });
      return query.unionAll(counts) as Knex.QueryBuilder<EntityCount, EntityCount[]>;
    });
  }

  /**
   * Why PostgreSQL can't use the pattern, or why the default doesn't match it; undefined when all is well.
   * Runs by itself: an error would end the unit of work.
   */
  async patternProblem(pattern: string, text: string | null): Promise<string | undefined> {
    try {
      const matches = await this.database.independently(async () => {
        await this.database.run((query) => query.raw("set local statement_timeout = '1s'"));
        const { rows } = await this.database.run((query) =>
          query.raw<{ rows: { matches: boolean | null }[] }>("select ?::text ~ ?::text as matches", [
            text ?? "",
            pattern,
          ]),
        );
        return rows[0]?.matches;
      });
      return text !== null && matches === false ? "the default value does not match it" : undefined;
    } catch (error) {
      // invalid_regular_expression, query_canceled
      if (error instanceof Error && "code" in error && (error.code === "2201B" || error.code === "57014")) {
        return "is not a regular expression of PostgreSQL, or takes too long";
      }
      throw error;
    }
  }
}

function definitionOf(row: EntityTypeRow): EntityTypeDefinition {
  const { description, fields, uniqueTogether } = row.definition;
  return {
    name: row.name,
    pluralName: row.plural_name,
    description,
    fields,
    uniqueTogether,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
  };
}
