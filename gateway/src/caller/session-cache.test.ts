import type { Claims } from "@supergraph/identity";
import { describe, expect, it } from "vitest";
import { SessionCache } from "./session-cache.js";

const claims = (sub: string): Claims => ({ sub, sid: "s1", roles: [], permissions: [], client: "user" });

describe("the cache of sessions", () => {
  const cacheOver = (answers: (Claims | undefined)[]) => {
    const lookups: string[] = [];
    const cache = new SessionCache((id) => {
      lookups.push(id);
      return Promise.resolve(answers.shift());
    });
    return { cache, lookups };
  };

  it("asks once for requests that come together", async () => {
    const { cache, lookups } = cacheOver([claims("u1")]);
    await Promise.all([cache.claimsOf("s1"), cache.claimsOf("s1")]);
    expect(lookups).toEqual(["s1"]);
  });

  it("does not remember an answer that was asked for before a change", async () => {
    let answer: (claims: Claims) => void = () => undefined;
    const answers = [new Promise<Claims>((resolve) => (answer = resolve)), Promise.resolve(undefined)];
    const cache = new SessionCache(() => answers.shift() ?? Promise.resolve(undefined));
    const underWay = cache.claimsOf("s1");
    cache.forget({ kind: "user", subjectId: "u1" });
    const afterwards = cache.claimsOf("s1");
    answer(claims("u1"));
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
});
