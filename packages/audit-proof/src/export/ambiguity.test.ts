import { describe, expect, it } from "vitest";
import { ambiguityOf } from "./ambiguity.js";
import type { JsonObject } from "./json.js";

const ambiguity = (line: string) => ambiguityOf(line, JSON.parse(line) as JsonObject);

describe("a line of JSON", () => {
  it.each([
    '{"a":1,"b":{"a":1},"c":[{"a":"x"},{"a":"\\"a\\":1"}]}',
    '{ "a" : 1.50, "b" : [1E3, -0, 0.0, 1e-7, 100, 5e-324, 1e21], "c" : "12345678901234567891" }',
    '{"\\u0061":"\\u0041\\/"}',
    '{"__proto__":{"a":1}, "a":2}',
  ])("says one thing: %s", (line) => {
    expect(ambiguity(line)).toBeUndefined();
  });

  it.each([
    ['{"a":1,"a":2}', "a member stands twice"],
    ['{"a":1,"\\u0061":2}', "a member stands twice"],
    ['{"a":1, "b":[{"c":"x","c":"x"}]}', "a member stands twice"],
    ['{"a":9007199254740993}', "9007199254740993 was changed: read as a double it is 9007199254740992"],
    ['{"a":[0.10000000000000000001]}', "0.10000000000000000001 was changed: read as a double it is 0.1"],
    ['{"a":6e-324}', "6e-324 was changed"],
    ['{"a":1e999}', "1e999 was changed: read as a double it is Infinity"],
  ])("says two: %s", (line, words) => {
    expect(ambiguity(line)).toContain(words);
  });
});
