import { describe, expect, it } from "vitest";
import { alertThresholds, alertThresholdsSetting } from "./alert-thresholds.js";

describe("the setting AUDIT_ALERT_RULES", () => {
  it("is every rule with the numbers of the house when it is not given", () => {
    expect(alertThresholdsSetting.parse(undefined)).toEqual(alertThresholds);
  });

  it("changes the rules that it names, turns others off, and leaves the rest", () => {
    const { "denied-burst": _off, ...others } = alertThresholds;
    expect(alertThresholdsSetting.parse(" failed-sign-ins-account = 20/600, denied-burst=off ")).toEqual({
      ...others,
      "failed-sign-ins-account": { count: 20, seconds: 600 },
    });
  });

  it.each(["denied-burst", "denied-burst=0/60", "denied-burst=5/0", "denied-burst=5", "denied-burst=-1/60"])(
    "refuses %s, and says what a rule looks like",
    (text) => {
      expect(alertThresholdsSetting.safeParse(text).error?.message).toContain("denied-burst=off");
    },
  );

  it("reports everything that is wrong, not the first alone, and names the rules there are", () => {
    const { error } = alertThresholdsSetting.safeParse(
      "nothing=5/60,denied-burst=many,toString=off,refresh-reuse=1/60",
    );
    expect(error?.issues.map(({ message }) => message)).toEqual([
      expect.stringMatching(/no rule nothing;.*mass-deletion/),
      expect.stringContaining('"denied-burst=many"'),
      expect.stringContaining("toString"),
    ]);
  });
});
