import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLBigInt, GraphQLDateTime, GraphQLJSON, GraphQLLocalDate } from "graphql-scalars";

export { GraphQLBigInt, GraphQLDateTime, GraphQLJSON };

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
