import { GraphQLBigInt, GraphQLDate, GraphQLDateTime, GraphQLDecimal, GraphQLJSON } from "@supergraph/subgraph";
import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString, type GraphQLScalarType } from "graphql";

/** What a field of an entity type holds. */
export enum FieldKind {
  STRING = "STRING",
  TEXT = "TEXT",
  INT = "INT",
  BIGINT = "BIGINT",
  FLOAT = "FLOAT",
  DECIMAL = "DECIMAL",
  BOOLEAN = "BOOLEAN",
  DATE = "DATE",
  DATETIME = "DATETIME",
  UUID = "UUID",
  JSON = "JSON",
  ENUM = "ENUM",
  REFERENCE = "REFERENCE",
}

export interface KindTraits {
  /** How a value travels; an enum has a type of its own instead, a reference travels as the other one's id. */
  scalar: GraphQLScalarType;
  /** PostgreSQL's name of the type that values have in SQL. */
  sqlType: string;
  /** lt, lte, gt, gte and minimum, maximum where it is a number. */
  isOrdered: boolean;
  isNumber: boolean;
  /** contains, startsWith, endsWith; maximum length and pattern. */
  isText: boolean;
  /** Lists can be ordered by it. */
  isSortable: boolean;
  /** May be unique or in an ordinary index: PostgreSQL refuses index entries over 2,704 bytes. */
  isIndexable: boolean;
}

const plain = { isOrdered: false, isNumber: false, isText: false, isSortable: false, isIndexable: true };
const ordered = { ...plain, isOrdered: true, isSortable: true };
const number = { ...ordered, isNumber: true };

/** What follows from a field's kind. */
export const kindTraits: Readonly<Record<FieldKind, KindTraits>> = {
  STRING: { ...ordered, isText: true, scalar: GraphQLString, sqlType: "varchar" },
  TEXT: { ...plain, isOrdered: true, isText: true, isIndexable: false, scalar: GraphQLString, sqlType: "text" },
  INT: { ...number, scalar: GraphQLInt, sqlType: "integer" },
  BIGINT: { ...number, scalar: GraphQLBigInt, sqlType: "bigint" },
  FLOAT: { ...number, scalar: GraphQLFloat, sqlType: "double precision" },
  DECIMAL: { ...number, scalar: GraphQLDecimal, sqlType: "numeric" },
  BOOLEAN: { ...plain, isSortable: true, scalar: GraphQLBoolean, sqlType: "boolean" },
  DATE: { ...ordered, scalar: GraphQLDate, sqlType: "date" },
  DATETIME: { ...ordered, scalar: GraphQLDateTime, sqlType: "timestamptz" },
  UUID: { ...plain, isSortable: true, scalar: GraphQLID, sqlType: "uuid" },
  JSON: { ...plain, isIndexable: false, scalar: GraphQLJSON as GraphQLScalarType, sqlType: "jsonb" },
  ENUM: { ...plain, isSortable: true, scalar: GraphQLString, sqlType: "text" },
  REFERENCE: { ...plain, scalar: GraphQLID, sqlType: "uuid" },
};
