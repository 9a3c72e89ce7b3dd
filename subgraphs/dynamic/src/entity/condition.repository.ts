import type { Comparison, Condition, Operator, Related, RowScope } from "./condition.js";

/** A piece of SQL with its bindings, as Knex's raw takes them: `??` names a column, `?` is a value. */
export interface SqlPiece {
  sql: string;
  bindings: unknown[];
}

const TRUE: SqlPiece = { sql: "true", bindings: [] };
const FALSE: SqlPiece = { sql: "false", bindings: [] };

/** The condition on rows of the table that `alias` stands for. It is true or false of a row, never NULL. */
export function conditionSql(condition: Condition, alias = "t0"): SqlPiece {
  switch (condition.kind) {
    case "all":
      return joined(condition.of, " and ", TRUE, alias);
    case "any":
      return joined(condition.of, " or ", FALSE, alias);
    case "not":
      return wrapped("not (", conditionSql(condition.of, alias), ")");
    case "compare":
      return comparisonSql(condition, `${alias}.${condition.column}`);
    case "related":
      return relatedSql(condition, alias);
  }
}

/** The rows that are not deleted and within the caller's reach. */
export function scopeSql(scope: RowScope, alias = "t0"): SqlPiece {
  const live: SqlPiece = { sql: "?? is null", bindings: [`${alias}.deleted_at`] };
  if (scope === "all") return live;
  return { sql: `${live.sql} and ?? = ?::uuid`, bindings: [...live.bindings, `${alias}.created_by`, scope.createdBy] };
}

function joined(conditions: readonly Condition[], by: string, none: SqlPiece, alias: string): SqlPiece {
  if (conditions.length === 0) return none;
  const pieces = conditions.map((each) => wrapped("(", conditionSql(each, alias), ")"));
  return { sql: pieces.map(({ sql }) => sql).join(by), bindings: pieces.flatMap(({ bindings }) => bindings) };
}

function wrapped(before: string, { sql, bindings }: SqlPiece, after: string): SqlPiece {
  return { sql: `${before}${sql}${after}`, bindings };
}

function relatedSql({ column, table, scope, where }: Related, alias: string): SqlPiece {
  const inner = `t${Number(alias.slice(1)) + 1}`;
  const within = scopeSql(scope, inner);
  const holds = conditionSql(where, inner);
  return {
    sql: `exists (select 1 from ?? as ?? where ?? = ?? and ${within.sql} and ${holds.sql})`,
    bindings: [table, inner, `${inner}.id`, `${alias}.${column}`, ...within.bindings, ...holds.bindings],
  };
}

const COMPARATORS: Readonly<Partial<Record<Operator, string>>> = { lt: "<", lte: "<=", gt: ">", gte: ">=" };

function comparisonSql({ operator, value, sqlType, isList }: Comparison, column: string): SqlPiece {
  if (operator === "isNull") return nullSql(column, value === true);
  if (value === null) return nullSql(column, operator === "eq");
  if (isList) return listSql(operator, value, sqlType, column);
  const comparator = COMPARATORS[operator];
  if (comparator !== undefined) return certain(`?? ${comparator} ?::${sqlType}`, column, value);
  switch (operator) {
    case "eq":
      return certain(`?? = ?::${sqlType}`, column, bound(value, sqlType));
    case "ne":
      return { sql: `?? is distinct from ?::${sqlType}`, bindings: [column, bound(value, sqlType)] };
    case "in":
      return certain(`?? = any(?::${sqlType}[])`, column, boundAll(value, sqlType));
    case "notIn":
      return { sql: `(?? = any(?::${sqlType}[])) is not true`, bindings: [column, boundAll(value, sqlType)] };
    default:
      return textSql(operator, value as string, column);
  }
}

function nullSql(column: string, isNull: boolean): SqlPiece {
  return { sql: isNull ? "?? is null" : "?? is not null", bindings: [column] };
}

/** A comparison with NULL is NULL: as a condition that is false, also under `not`. */
function certain(sql: string, column: string, value: unknown): SqlPiece {
  return { sql: `(${sql}) is true`, bindings: [column, value] };
}

function textSql(operator: Operator, text: string, column: string): SqlPiece {
  const like = operator.endsWith("I") ? "ilike" : "like";
  const escaped = text.replace(/[\\%_]/g, "\\$&");
  const before = operator.startsWith("startsWith") ? "" : "%";
  const after = operator.startsWith("endsWith") ? "" : "%";
  return certain(`?? ${like} ?`, column, `${before}${escaped}${after}`);
}

function listSql(operator: Operator, value: unknown, sqlType: string, column: string): SqlPiece {
  // A JSON array's own containment looks into its elements; as an array of jsonb they are compared whole.
  const elements = sqlType === "jsonb" ? "array(select jsonb_array_elements(??))" : "??";
  const bindings = [column, boundAll(operator === "has" ? [value] : value, sqlType)];
  const compare = (comparator: string) => `${elements} ${comparator} ?::${sqlType}[]`;
  if (operator === "ne")
    return { sql: `(${compare("=")} and ?? is not null) is not true`, bindings: [...bindings, column] };
  const comparator = operator === "eq" ? "=" : operator === "hasAny" ? "&&" : "@>";
  return { sql: `(${compare(comparator)} and ?? is not null) is true`, bindings: [...bindings, column] };
}

function bound(value: unknown, sqlType: string): unknown {
  return sqlType === "jsonb" ? JSON.stringify(value) : value;
}

function boundAll(values: unknown, sqlType: string): unknown {
  return (values as unknown[]).map((value) => bound(value, sqlType));
}
