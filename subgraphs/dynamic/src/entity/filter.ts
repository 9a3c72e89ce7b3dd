import { invalidInput, SystemError } from "@supergraph/errors";
import { refersToEntity, type EntityTypeDefinition, type FieldDefinition } from "../entity-type/definition.js";
import { FieldKind, kindTraits } from "../entity-type/field-kind.js";
import type { Comparison, Condition, Operator, RowScope } from "./condition.js";
import type { EntityModel } from "./model.js";
import { kindProblem } from "./value-rules.js";

const MAXIMUM_DEPTH = 8;
const MAXIMUM_CONDITIONS = 200;
const MAXIMUM_VALUES = 1_000;

type Input = Readonly<Record<string, unknown>>;
type Filtered = Pick<Comparison, "column" | "isList"> & { fieldKind: FieldKind };

const SYSTEM_FIELDS: Readonly<Record<string, Filtered>> = {
  id: { column: "id", isList: false, fieldKind: FieldKind.UUID },
  version: { column: "version", isList: false, fieldKind: FieldKind.INT },
  createdAt: { column: "created_at", isList: false, fieldKind: FieldKind.DATETIME },
  updatedAt: { column: "updated_at", isList: false, fieldKind: FieldKind.DATETIME },
  createdBy: { column: "created_by", isList: false, fieldKind: FieldKind.UUID },
  updatedBy: { column: "updated_by", isList: false, fieldKind: FieldKind.UUID },
};

/** Which rows of a type the caller may read; "none" when not any. */
export type ReadScope = (typeName: string) => RowScope | "none";

/**
 * Turns a client's filter into a condition. GraphQL has checked its shape; here it is kept small, and to values that
 * PostgreSQL can hold. A filter on what a reference refers to needs the permission to read that, or it would tell it.
 * @throws SystemError INVALID_INPUT, PERMISSION_MISSING
 */
export function conditionOf(
  type: EntityTypeDefinition,
  filter: Input,
  model: EntityModel,
  scope: ReadScope,
): Condition {
  return new FilterReader(model, scope).read(type, filter, "filter", 1);
}

class FilterReader {
  #conditions = 0;

  constructor(
    private readonly model: EntityModel,
    private readonly scope: ReadScope,
  ) {}

  read(type: EntityTypeDefinition, filter: Input, path: string, depth: number): Condition {
    if (depth > MAXIMUM_DEPTH) throw invalidInput({ path, message: `must be at most ${MAXIMUM_DEPTH} levels deep` });
    const of = Object.entries(filter).flatMap(([name, given]): Condition[] => {
      if (given === null || given === undefined) return [];
      this.#count(path);
      return [this.#entry(type, name, given, `${path}.${name}`, depth)];
    });
    return { kind: "all", of };
  }

  #entry(type: EntityTypeDefinition, name: string, given: unknown, path: string, depth: number): Condition {
    if (name === "not") return { kind: "not", of: this.read(type, given as Input, path, depth + 1) };
    if (name === "and" || name === "or") {
      const of = (given as Input[]).map((each, index) => {
        // One that asks for nothing is SQL all the same.
        this.#count(path);
        return this.read(type, each, `${path}[${index}]`, depth + 1);
      });
      return { kind: name === "and" ? "all" : "any", of };
    }
    const field = type.fields.find((each) => each.name === name);
    if (field && refersToEntity(field)) return this.#related(field, given as Input, path, depth);
    const filtered = field ? filteredBy(field) : SYSTEM_FIELDS[name];
    if (!filtered) throw new Error(`${type.name} has no field ${name} to filter by`);
    return this.#comparisons(filtered, given as Input, path);
  }

  #related(field: FieldDefinition & { target: string }, filter: Input, path: string, depth: number): Condition {
    const target = this.model.get(field.target);
    if (!target) throw new Error(`${field.target} is not in the model`);
    const scope = this.scope(target.name);
    if (scope === "none") {
      throw new SystemError("PERMISSION_MISSING", {
        message: `You need the permission ${target.name}:read to filter by ${field.name}.`,
      });
    }
    const where = this.read(target, filter, path, depth + 1);
    return { kind: "related", column: field.name, table: target.name, scope, where };
  }

  #comparisons({ column, isList, fieldKind }: Filtered, given: Input, path: string): Condition {
    const of = Object.entries(given).map(([name, value]): Condition => {
      const operator = name as Operator;
      this.#count(path);
      checkOperand(fieldKind, operator, value, `${path}.${name}`);
      return { kind: "compare", column, operator, value, sqlType: kindTraits[fieldKind].sqlType, isList };
    });
    return { kind: "all", of };
  }

  #count(path: string): void {
    if (++this.#conditions <= MAXIMUM_CONDITIONS) return;
    throw invalidInput({ path, message: `a filter may have at most ${MAXIMUM_CONDITIONS} conditions` });
  }
}

function filteredBy({ name, kind, list }: FieldDefinition): Filtered {
  return { column: name, isList: list, fieldKind: kind };
}

function checkOperand(kind: FieldKind, operator: Operator, value: unknown, path: string): void {
  if (value === null) {
    if (operator === "eq" || operator === "ne") return;
    throw invalidInput({ path, message: "must not be null" });
  }
  if (operator === "isNull") return;
  const values: unknown[] = Array.isArray(value) && kind !== FieldKind.JSON ? value : [value];
  if (Array.isArray(value) && value.length > MAXIMUM_VALUES) {
    throw invalidInput({ path, message: `must be at most ${MAXIMUM_VALUES} values` });
  }
  for (const each of values) {
    const problem = kindProblem(kind, each);
    if (problem !== undefined) throw invalidInput({ path, message: problem });
  }
}
