import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldDefinition } from "../entity-type/definition.js";
import { FieldKind } from "../entity-type/field-kind.js";
import { field } from "../fixtures/definition.fixture.js";
import { compareDecimals, valueProblem } from "./value-rules.js";

const { BIGINT, DATE, DECIMAL, FLOAT, INT, JSON: JSON_KIND, STRING, TEXT, UUID } = FieldKind;

describe("a value", () => {
  it.each<[FieldKind, unknown, Partial<FieldDefinition>]>([
    [STRING, "x".repeat(256), {}],
    [STRING, "abc", { maxLength: 2 }],
    [STRING, "a\0b", {}],
    [STRING, "\ud800", {}],
    [TEXT, "abc", { maxLength: 2 }],
    [JSON_KIND, { deep: ["\0"] }, {}],
    [JSON_KIND, { "\udfff": 1 }, {}],
    [BIGINT, String(2n ** 63n), {}],
    [BIGINT, String(-(2n ** 63n) - 1n), {}],
    [BIGINT, "10", { maximum: "9" }],
    [DECIMAL, "9".repeat(1_001), {}],
    [DECIMAL, "0.0999999999999999999999", { minimum: "0.1" }],
    [INT, -1, { minimum: "0" }],
    [FLOAT, 1.1, { maximum: "1" }],
    [DATE, "0000-12-31", {}],
    [UUID, "1234", {}],
  ])("of %s is refused: %j", (kind, value, limits) => {
    expect(valueProblem(field("a", kind, limits), value)).toBeTypeOf("string");
  });

  it.each<[FieldKind, unknown, Partial<FieldDefinition>]>([
    [STRING, "x".repeat(255), {}],
    [STRING, "🙂🙂", { maxLength: 2 }],
    [JSON_KIND, { "\\u0000": "\\ud800 written out" }, {}],
    [BIGINT, String(2n ** 63n - 1n), {}],
    [DECIMAL, "0.1000", { minimum: "0.1", maximum: "0.1" }],
    [DATE, "0001-01-01", {}],
  ])("of %s is taken: %j", (kind, value, limits) => {
    expect(valueProblem(field("a", kind, limits), value)).toBeUndefined();
  });
});

it("decimals compare by their value, whatever their number of digits", () => {
  const digits = fc.record({ units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.nat(8) });
  const written = ({ units, scale }: { units: bigint; scale: number }) => {
    const text = String(units < 0n ? -units : units).padStart(scale + 1, "0");
    const fraction = scale === 0 ? "" : `.${text.slice(-scale)}`;
    return `${units < 0n ? "-" : ""}${text.slice(0, text.length - scale)}${fraction}`;
  };
  fc.assert(
    fc.property(digits, digits, (left, right) => {
      const difference = left.units * 10n ** BigInt(8 - left.scale) - right.units * 10n ** BigInt(8 - right.scale);
      expect(Math.sign(compareDecimals(written(left), written(right)))).toBe(
        difference === 0n ? 0 : difference < 0n ? -1 : 1,
      );
    }),
  );
});
