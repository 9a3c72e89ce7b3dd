import type { Claims } from "@supergraph/identity";
import { describe, expect, it } from "vitest";
import { CredentialCache, type Holder } from "./credential-cache.js";

const claims = (sub: string): Claims => ({ sub, sid: "s1", roles: [], permissions: [], client: "user" });
const keyClaims: Claims = { sub: "u1", keyId: "k1", roles: [], permissions: [], client: "api_key" };

describe("the cache of credentials", () => {
  const cacheOver = (answers: (Claims | undefined)[], options = {}) => {
    const lookups: string[] = [];
    const cache = new CredentialCache((id) => {
      lookups.push(id);
      const found = answers.shift();
      return Promise.resolve(found && { claims: found });
    }, options);
    return { cache, lookups };
  };

  it("asks once for requests that come together", async () => {
    const { cache, lookups } = cacheOver([claims("u1")]);
    await Promise.all([cache.claimsOf("s1"), cache.claimsOf("s1")]);
    expect(lookups).toEqual(["s1"]);
  });

  it("does not remember an answer that was asked for before a change", async () => {
    let answer: (holder: Holder) => void = () => undefined;
    const answers = [new Promise<Holder>((resolve) => (answer = resolve)), Promise.resolve(undefined)];
    const cache = new CredentialCache(() => answers.shift() ?? Promise.resolve(undefined));
    const underWay = cache.claimsOf("s1");
    cache.forget({ kind: "user", subjectId: "u1" });
    const afterwards = cache.claimsOf("s1");
    answer({ claims: claims("u1") });
    expect(await underWay).toMatchObject({ sub: "u1" });
    expect(await afterwards).toBeUndefined();
    expect(await cache.claimsOf("s1")).toBeUndefined();
  });

  it.each([
    { kind: "session", subjectId: "s1" } as const,
    { kind: "user", subjectId: "u1" } as const,
    { kind: "everyone", subjectId: null } as const,
  ])("forgets on a change of $kind", async (change) => {
    const { cache } = cacheOver([claims("u1"), undefined]);
    await cache.claimsOf("s1");
    cache.forget(change);
    expect(await cache.claimsOf("s1")).toBeUndefined();
  });

  it("keeps what a change does not concern", async () => {
    const { cache, lookups } = cacheOver([claims("u1")]);
    await cache.claimsOf("s1");
    cache.forget({ kind: "session", subjectId: "s2" });
    cache.forget({ kind: "user", subjectId: "u2" });
    expect(await cache.claimsOf("s1")).toMatchObject({ sub: "u1" });
    expect(lookups).toHaveLength(1);
  });

  it("asks again for a session that had ended", async () => {
    const { cache, lookups } = cacheOver([undefined, undefined]);
    await cache.claimsOf("s1");
    await cache.claimsOf("s1");
    expect(lookups).toHaveLength(2);
  });

  it("forgets an API key on a change of the key, and of its owner", async () => {
    for (const change of [{ kind: "api_key", subjectId: "k1" } as const, { kind: "user", subjectId: "u1" } as const]) {
      const { cache } = cacheOver([keyClaims, undefined]);
      await cache.claimsOf("hash");
      cache.forget({ kind: "api_key", subjectId: "k2" });
      expect(await cache.claimsOf("hash")).toEqual(keyClaims);
      cache.forget(change);
      expect(await cache.claimsOf("hash"), change.kind).toBeUndefined();
    }
  });

  it("forgets a credential when it expires, without a word from the feed", async () => {
    let lookups = 0;
    const cache = new CredentialCache(() => {
      lookups++;
      return Promise.resolve(lookups === 1 ? { claims: keyClaims, expiresAt: Date.now() + 200 } : undefined);
    });
    expect(await cache.claimsOf("hash")).toEqual(keyClaims);
    await expect.poll(() => cache.claimsOf("hash"), { timeout: 5_000, interval: 10 }).toBeUndefined();
  });

  it("never remembers one that has expired on its way here", async () => {
    const answers: (Holder | undefined)[] = [{ claims: keyClaims, expiresAt: Date.now() - 1 }, undefined];
    const cache = new CredentialCache(() => Promise.resolve(answers.shift()));
    await cache.claimsOf("hash");
    expect(await cache.claimsOf("hash")).toBeUndefined();
  });

  it("that remembers refusals asks once for them, until somebody may be back", async () => {
    const { cache, lookups } = cacheOver([undefined, keyClaims], { refusalsFreshMs: 60_000 });
    for (let request = 0; request < 5; request++) expect(await cache.claimsOf("hash")).toBeUndefined();
    cache.forget({ kind: "session", subjectId: "s1" });
    expect(await cache.claimsOf("hash")).toBeUndefined();
    expect(lookups).toHaveLength(1);
    cache.forget({ kind: "user", subjectId: "u1" });
    expect(await cache.claimsOf("hash")).toEqual(keyClaims);
  });
});
