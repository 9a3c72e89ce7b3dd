import { hashSync } from "@node-rs/bcrypt";
import { describe, expect, it } from "vitest";
import { hashPassword, passwordMatches, Passwords } from "./password.js";

describe("a password's hash", { timeout: 30_000 }, () => {
  it("matches its password alone, and is bcrypt of cost 12", async () => {
    const hash = await hashPassword("correct horse battery");
    expect(hash).toMatch(/^\$2b\$12\$/);
    expect(await passwordMatches("correct horse battery", hash)).toBe(true);
    expect(await passwordMatches("correct horse batterx", hash)).toBe(false);
  });

  it("is computed off the event loop, which goes on meanwhile", async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await hashPassword("correct horse battery");
    clearInterval(counting);
    expect(turns).toBeGreaterThan(5);
  });

  it("of 72 bytes is not matched by a longer password that begins alike", async () => {
    const longest = "x".repeat(72);
    const hash = await hashPassword(longest);
    expect(await passwordMatches(longest, hash)).toBe(true);
    expect(await passwordMatches(`${longest}y`, hash)).toBe(false);
  });

  it("is matched however its characters were composed, also when it was made before they were normalized", async () => {
    const quick = new Passwords(4);
    const [composed, decomposed] = ["naïve façade".normalize("NFC"), "naïve façade".normalize("NFD")];
    expect(await quick.match(decomposed, await quick.hash(composed))).toBe(true);
    expect(await quick.match(composed, await quick.hash(decomposed))).toBe(true);
    expect(await quick.match(decomposed, hashSync(decomposed, { cost: 4 }))).toBe(true);
    expect(await quick.match("ﬁne ligature".normalize("NFKC"), await quick.hash("ﬁne ligature"))).toBe(false);
  });

  it("is not matched by what bcrypt would take for it", async () => {
    const [replaced, empty] = ["\uFFFD before", ""].map((password) => hashSync(password, { cost: 4 }));
    expect(await passwordMatches("\uD800 before", replaced)).toBe(false);
    expect(await passwordMatches("\uFFFD before", replaced)).toBe(true);
    expect(await passwordMatches("", empty)).toBe(true);
    expect(await passwordMatches("\0", empty)).toBe(false);
    expect(await passwordMatches("x".repeat(300), empty)).toBe(false);
  });

  it("of nobody is matched by nothing, after the time of a real one", async () => {
    const timeOf = async (work: () => Promise<unknown>) => {
      const began = performance.now();
      await work();
      return performance.now() - began;
    };
    const cheap = hashSync("correct horse battery", { cost: 4 });
    const times: number[] = [];
    for (let count = 0; count < 10; count++) times.push(await timeOf(() => passwordMatches("another", cheap)));
    for (const none of [null, undefined]) {
      const slow = await timeOf(async () => {
        expect(await passwordMatches("correct horse battery", none)).toBe(false);
      });
      expect(slow).toBeGreaterThan(10 * Math.min(...times));
    }
  });
});
