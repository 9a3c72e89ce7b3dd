/** A value of the filter, and PostgreSQL's type of it. */
export interface Comparison {
  kind: "compare";
  column: string;
  operator: Operator;
  value: unknown;
  sqlType: string;
  /** The column holds a list: an array, but of JSON a JSON array. */
  isList: boolean;
}

export type Operator =
  | "eq"
  | "ne"
  | "in"
  | "notIn"
  | "isNull"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "contains"
  | "startsWith"
  | "endsWith"
  | "containsI"
  | "startsWithI"
  | "endsWithI"
  | "has"
  | "hasAny"
  | "hasAll";

/** Which rows of a type's table the caller may reach: all, or those that they have created. */
export type RowScope = "all" | { createdBy: string };

/** The column refers to a row of `table` that is not deleted, that the caller may read, and that `where` holds of. */
export interface Related {
  kind: "related";
  column: string;
  table: string;
  scope: RowScope;
  where: Condition;
}

/** What must hold of a row: true or false, never unknown, so that `not` gives exactly the others. */
export type Condition =
  { kind: "all" | "any"; of: Condition[] } | { kind: "not"; of: Condition } | Comparison | Related;
