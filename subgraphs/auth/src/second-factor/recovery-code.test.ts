import { describe, expect, it } from "vitest";
import { hashOfRecoveryCode, newRecoveryCodes } from "./recovery-code.js";

describe("recovery codes", () => {
  it("are ten, each another, of 120 bits in groups that can be read out", () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{6}-){3}[0-9A-HJKMNP-TV-Z]{6}$/);
  });

  it("use every character of the alphabet at every place", () => {
    const codes = Array.from({ length: 100 }, newRecoveryCodes).flat();
    for (let place = 0; place < 27; place++) {
      if ((place + 1) % 7 === 0) continue;
      expect(new Set(codes.map((code) => code[place])).size, `place ${place}`).toBe(32);
    }
  });

  it("are the same however they are typed", () => {
    const hash = hashOfRecoveryCode("10ABCD-0EFGH1-JKMNPQ-RSTVWX");
    for (const typed of ["10abcd 0efgh1 jkmnpq rstvwx", "IOABCDoEFGHlJKMNPQRSTVWX", " 10ABCD-0EFGH1JKMNPQ--RSTVWX\n"]) {
      expect(hashOfRecoveryCode(typed)).toEqual(hash);
    }
    expect(hashOfRecoveryCode("10ABCD-0EFGH1-JKMNPQ-RSTVWY")).not.toEqual(hash);
  });
});
