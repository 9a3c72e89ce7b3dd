import { describe, expect, it } from "vitest";
import { assertGoodPassword } from "./password-policy.js";

const about = { email: "grace.hopper@example.com", names: ["Grace", "Hopper"] };
const fault = (password: string) =>
  assertGoodPassword(password, "input.password", about).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : error),
  );

describe("the password policy", { timeout: 30_000 }, () => {
  it("counts bytes of UTF-8, not characters", async () => {
    expect(await fault("éàüöñçßøåþ")).toBeUndefined();
    expect(await fault("ж".repeat(37))).toContain("it is 74");
    expect(await fault("🔑🐴🔋🌍🎈")).toBeUndefined();
    expect(await fault("🔑🔑")).toContain("it is 8");
    expect(await fault("x".repeat(73))).toContain("12 to 72 bytes of UTF-8; it is 73");
    expect(await fault("x".repeat(300))).toContain("it is 300");
    const longest = "It is a truth universally acknowledged, that a single man in possession!";
    expect(longest).toHaveLength(72);
    expect(await fault(longest)).toBeUndefined();
  });

  it("counts a word alike however its characters are composed", async () => {
    const word = "é".normalize("NFC").repeat(37);
    expect(await fault(word)).toContain("it is 74");
    expect(await fault(word.normalize("NFD"))).toContain("it is 74");
  });

  it("refuses NUL, half a character, and what is made of the account's own data", async () => {
    expect(await fault("before\0after it")).toContain("NUL");
    expect(await fault("before \uD800 after it")).toContain("surrogate");
    expect(await fault("xx GRACE.hopper xx")).toContain("your name or e-mail");
    expect(await fault("Hopper-2026!!")).toContain("your name or e-mail");
    expect(await fault("grace.hopper@example.com")).toContain("your name or e-mail");
    expect(await fault("what hopper once said")).toBeUndefined();
  });

  it("refuses common passwords and what is easily made of them", async () => {
    for (const password of [
      "1qaz2wsx3edc",
      "password1234",
      "P@ssw0rd12345",
      "qwertyuiop12",
      "123456789012",
      "letmeinletmein",
      "abcdefghijklmn",
      "aaaaaaaaaaaaaaaa",
      "gr4ce.h0pper@example.com",
    ]) {
      expect(await fault(password), password).toContain("too easy to guess");
    }
    for (const password of ["correct horse battery", "Xy7#kLq92mPz", "5f4dcc3b5aa765d61d8327de"]) {
      expect(await fault(password), password).toBeUndefined();
    }
  });

  it("never repeats the password in what it says", async () => {
    expect(await fault("hunter2")).not.toContain("hunter2");
    expect(await fault("hunter2hunter2")).not.toContain("hunter2");
  });
});
