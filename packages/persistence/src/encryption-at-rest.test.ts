import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EncryptionAtRest } from "./encryption-at-rest.js";

const encryption = new EncryptionAtRest(new Uint8Array(32).fill(1));

describe("what is encrypted at rest", () => {
  it("opens to what it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(encryption.open(encryption.seal(text, "place"), "place")).toBe(text);
      }),
    );
  });

  it("is never the same twice", () => {
    expect(encryption.seal("text", "place")).not.toEqual(encryption.seal("text", "place"));
  });

  it("opens neither in another place, nor under another key, nor altered", () => {
    const sealed = encryption.seal("text", "place");
    expect(() => encryption.open(sealed, "elsewhere")).toThrow();
    expect(() => new EncryptionAtRest(new Uint8Array(32).fill(2)).open(sealed, "place")).toThrow();
    for (let byte = 0; byte < sealed.length; byte++) {
      const altered = Buffer.from(sealed);
      altered[byte] = (altered[byte] ?? 0) ^ 1;
      expect(() => encryption.open(altered, "place")).toThrow();
    }
  });

  it("opens into memory of its own, so that a key that is remembered holds no part of Node's buffer pool", () => {
    const key = new Uint8Array(32).fill(3);
    const opened = encryption.openBytes(encryption.seal(key, "place"), "place");
    expect(opened).toEqual(Buffer.from(key));
    expect(opened.buffer.byteLength).toBeLessThanOrEqual(64);
  });
});
