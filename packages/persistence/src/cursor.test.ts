import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CursorCodec } from "./cursor.js";

const codec = new CursorCodec(new TextEncoder().encode("secret"));

describe("a cursor", () => {
  it("gives back the values that it was made of", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string())), (values) => {
        expect(codec.decode("list", codec.encode("list", values))).toEqual(values);
      }),
    );
  });

  it("is refused when a bit of it was changed, whichever", () => {
    const cursor = Buffer.from(codec.encode("list", ["2026-11-23", null, "id"]), "base64url");
    fc.assert(
      fc.property(fc.nat(cursor.length * 8 - 1), (bit) => {
        const altered = Buffer.from(cursor);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => codec.decode("list", altered.toString("base64url"))).toThrow("The cursor was altered");
      }),
    );
  });

  it("is refused for another list, another secret, or when it is nonsense", () => {
    const cursor = codec.encode("list", ["1"]);
    expect(() => codec.decode("other", cursor)).toThrow();
    expect(() => new CursorCodec(new TextEncoder().encode("other")).decode("list", cursor)).toThrow();
    for (const nonsense of ["", "AAAA", "not base64 at all!", "x".repeat(10_000)]) {
      expect(() => codec.decode("list", nonsense)).toThrow();
    }
  });
});
