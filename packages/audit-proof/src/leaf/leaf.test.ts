import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.js";
import { commitmentOf, leafBytes } from "./leaf.js";

describe("canonical JSON", () => {
  it("is that of RFC 8785, 3.2.3 and 3.2.2.3", () => {
    // RFC 8785 section 3.2.2, its input as JSON; and its output, section 3.2.4.
    const input: unknown = JSON.parse(`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("orders members by their UTF-16 units", () => {
    expect(canonicalJson({ "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, "\u00f6": 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
  });

  it.each([undefined, Number.NaN, "\ud800", () => 1])("has no form of %s", (value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});

describe("a leaf", () => {
  it("holds what stays of an event, ordered, without nulls", () => {
    const event = {
      id: "7",
      user_id: null,
      reason: undefined,
      action: "user.update",
      changes: [{ field: "email", before: null, after: null, redacted: true }],
      actor_commitment: "00ff",
      leaf_index: 3,
      ip: "192.0.2.1",
      retention_days: 0,
    };
    expect(leafBytes(event).toString()).toBe(
      '{"action":"user.update","actor_commitment":"00ff",' +
        '"changes":[{"after":null,"before":null,"field":"email","redacted":true}],"id":"7"}',
    );
  });
});

describe("a commitment", () => {
  it("is the salted hash of a party's values, without nulls", () => {
    const salt = Buffer.alloc(16, 1);
    const expected = createHash("sha256").update(salt).update('{"actor_label":"ada@example.org"}').digest();
    expect(commitmentOf(salt, { user_agent: undefined, ip: null, actor_label: "ada@example.org" })).toEqual(expected);
  });
});
