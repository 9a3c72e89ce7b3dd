import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLDateTime, GraphQLJSON, GraphQLLocalDate, GraphQLBigInt as ScalarsBigInt } from "graphql-scalars";

export { GraphQLDateTime, GraphQLJSON };

const WHOLE = /^-?(0|[1-9]\d*)$/;

function whole(value: unknown): number | string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new GraphQLError(`BigInt must be whole, and over 2^53 a string of digits, or JSON rounds it; it is ${value}`);
  }
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text !== "string" || !WHOLE.test(text)) throw new GraphQLError("BigInt must be a whole number");
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

/** A number where JSON keeps its digits, else a string of them: graphql-scalars would take one that is rounded already. */
export const GraphQLBigInt = new GraphQLScalarType<number | string, number | string>({
  ...ScalarsBigInt.toConfig(),
  extensions: {},
  serialize: whole,
  parseValue: whole,
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING || node.kind === Kind.INT) return whole(node.value);
    throw new GraphQLError("BigInt must be a whole number", { nodes: node });
  },
});

const DECIMAL = /^-?\d{1,131072}(\.\d{1,16383})?$/;

function decimal(value: unknown): string {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text === "string" && DECIMAL.test(text)) return text;
  throw new GraphQLError(`Decimal must be a string of digits like "19.90"; it is ${JSON.stringify(value)}`);
}

/** Arbitrary precision: a string, because a JSON number would lose digits. */
export const GraphQLDecimal = new GraphQLScalarType<string, string>({
  name: "Decimal",
  description: 'A decimal number of any precision, as a string: "19.90".',
  serialize: decimal,
  parseValue: decimal,
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT) return decimal(node.value);
    throw new GraphQLError("Decimal must be a string or a number", { nodes: node });
  },
});

/** A day without time or zone (RFC 3339 full-date). */
export const GraphQLDate = new GraphQLScalarType<string, string>({
  ...GraphQLLocalDate.toConfig(),
  name: "Date",
  description: "A day, as in RFC 3339: 2026-11-23.",
  extensions: {},
});
