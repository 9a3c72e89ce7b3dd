import { describe, expect, it } from "vitest";
import { apiKeyPrefix, hashOfApiKey, isApiKey, isWholeApiKey, newApiKey } from "./api-key.js";

describe("an API key", () => {
  it("begins with sgk_, fits an Authorization header, and is another each time", () => {
    const keys = Array.from({ length: 100 }, newApiKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^sgk_[A-Za-z0-9_-]{48}$/);
  });

  it("is whole as it was made, and not with any one character changed, added or cut", () => {
    const key = newApiKey();
    expect(isWholeApiKey(key)).toBe(true);
    for (let at = "sgk_".length; at < key.length; at++) {
      const changed = key.slice(0, at) + (key[at] === "A" ? "B" : "A") + key.slice(at + 1);
      expect(isWholeApiKey(changed), changed).toBe(false);
    }
    expect(isWholeApiKey(`${key}A`)).toBe(false);
    expect(isWholeApiKey(key.slice(0, -1))).toBe(false);
    expect(isWholeApiKey(`${key}\n`)).toBe(false);
  });

  it("is told from an access token by how it begins", () => {
    expect(isApiKey(newApiKey())).toBe(true);
    expect(isApiKey("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")).toBe(false);
  });

  it("is recognised by 8 characters, which leave the rest to guess", () => {
    const key = newApiKey();
    expect(apiKeyPrefix(key)).toHaveLength(8);
    expect(key.startsWith(apiKeyPrefix(key))).toBe(true);
    expect(hashOfApiKey(key)).toHaveLength(32);
  });
});
