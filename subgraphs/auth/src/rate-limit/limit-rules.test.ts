import { describe, expect, it } from "vitest";
import { limitRules, limitRulesSetting } from "./limit-rules.js";

describe("the setting RATE_LIMITS", () => {
  it("is the rules of the house when it is not given", () => {
    expect(limitRulesSetting.parse(undefined)).toEqual(limitRules);
  });

  it("changes the kinds that it names, and no other", () => {
    const rules = limitRulesSetting.parse(" sign-in-address=1000, registration=50 ");
    expect(rules).toEqual({
      ...limitRules,
      "sign-in-address": { ...limitRules["sign-in-address"], points: 1_000 },
      registration: { ...limitRules.registration, points: 50 },
    });
  });

  it("names the kinds there are when it is at fault", () => {
    for (const text of [
      "sign-in",
      "nothing=5",
      "registration=0",
      "registration=-1",
      "registration=many",
      "toString=1",
    ]) {
      expect(limitRulesSetting.safeParse(text).error?.message, text).toContain("sign-in-pair");
    }
  });
});
