import { Secret } from "otpauth";
import { describe, expect, it } from "vitest";
import { isTotpCode, newTotpSecret, otpauthUrl, stepOfCode } from "./totp.js";

/** RFC 6238 appendix B: the secret for HMAC-SHA-1, and the codes of it, cut to the last six of their eight digits. */
const secret = Secret.fromLatin1("12345678901234567890").base32;
const vectors: [seconds: number, step: number, code: string][] = [
  [59, 0x1, "287082"],
  [1_111_111_109, 0x23523ec, "081804"],
  [1_111_111_111, 0x23523ed, "050471"],
  [1_234_567_890, 0x273ef07, "005924"],
  [2_000_000_000, 0x3f940aa, "279037"],
  [20_000_000_000, 0x27bc86aa, "353130"],
];

describe("a code of an authenticator app", () => {
  it.each(vectors)("at %i s is that of step %i in RFC 6238 appendix B", (seconds, step, code) => {
    expect(stepOfCode(secret, code, seconds * 1_000)).toBe(step);
  });

  it("counts one step early and one step late, as the step that it is of, and no further", () => {
    const [seconds, step, code] = [1_234_567_890, 0x273ef07, "005924"];
    const at = (steps: number) => stepOfCode(secret, code, (seconds + steps * 30) * 1_000);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([undefined, step, step, step, undefined]);
  });

  it.each(["", "28708", "2870823", "abcdef", "２８７０８２", "-87082", "287 082"])("is not %j", (text) => {
    expect(isTotpCode(text)).toBe(false);
    expect(stepOfCode(secret, text, 59_000)).toBeUndefined();
  });

  it("comes of a secret of 160 random bits, in base32", () => {
    const secrets = new Set(Array.from({ length: 100 }, newTotpSecret));
    expect(secrets.size).toBe(100);
    for (const text of secrets) expect(text).toMatch(/^[A-Z2-7]{32}$/);
  });

  it("is set up by a URL that says what any app understands", () => {
    const url = new URL(otpauthUrl(secret, { issuer: "api.example.com", label: "ada+x@example.com" }));
    expect(url.protocol).toBe("otpauth:");
    expect(decodeURIComponent(url.pathname)).toContain("api.example.com:ada+x@example.com");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      issuer: "api.example.com",
      secret,
      algorithm: "SHA1",
      digits: "6",
      period: "30",
    });
  });
});
