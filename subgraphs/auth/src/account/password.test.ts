import { describe, expect, it } from "vitest";
import { assertGoodPassword, hashPassword, passwordMatches } from "./password.js";

const about = { email: "grace.hopper@example.com", names: ["Grace", "Hopper"] };
const fault = (password: string) => {
  try {
    assertGoodPassword(password, "input.password", about);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

describe("the password policy", () => {
  it("counts bytes of UTF-8, not characters", () => {
    expect(fault("é".repeat(6))).toBeUndefined();
    expect(fault("é".repeat(36))).toBeUndefined();
    expect(fault("é".repeat(37))).toContain("it is 74");
    expect(fault("🔑🔑🔑")).toBeUndefined();
    expect(fault("🔑🔑")).toContain("it is 8");
  });

  it("refuses NUL, and what is made of the account's own data", () => {
    expect(fault("before\0after it")).toContain("NUL");
    expect(fault("xx GRACE.hopper xx")).toContain("your name or e-mail");
    expect(fault("Hopper-2026!!")).toContain("your name or e-mail");
    expect(fault("grace.hopper@example.com")).toContain("your name or e-mail");
    expect(fault("what hopper once said")).toBeUndefined();
  });

  it("never repeats the password in what it says", () => {
    expect(fault("hunter2")).not.toContain("hunter2");
  });
});

describe("a password's hash", () => {
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

  it("of nobody is matched by nothing", async () => {
    expect(await passwordMatches("correct horse battery", undefined)).toBe(false);
  });
});
