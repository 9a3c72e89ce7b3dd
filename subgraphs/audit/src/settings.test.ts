import { readSettings } from "@supergraph/service";
import { describe, expect, it } from "vitest";
import { auditSettings } from "./settings.js";

const needed = {
  DATABASE_URL: "postgres://audit:password@localhost/supergraph",
  GATEWAY_SECRET: "a secret that only this test knows, long enough",
  AUDIT_KEY_ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
};
const URL = "https://example.com/hook";
const SECRET = "a webhook's secret of thirty-two";
const faults = (given: NodeJS.ProcessEnv): string => {
  try {
    readSettings(auditSettings, { ...needed, ...given });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the webhook of the settings", () => {
  it("is none unless given, and is an address with its secret, as text or as Standard Webhooks writes it", () => {
    expect(readSettings(auditSettings, needed).AUDIT_ALERT_WEBHOOK_SECRET).toBeUndefined();
    const secretOf = (text: string) =>
      readSettings(auditSettings, { ...needed, AUDIT_ALERT_WEBHOOK_URL: URL, AUDIT_ALERT_WEBHOOK_SECRET: text })
        .AUDIT_ALERT_WEBHOOK_SECRET;
    expect(secretOf(SECRET)).toEqual(Buffer.from(SECRET));
    const bytes = Buffer.alloc(32, 3);
    expect(secretOf(`whsec_${bytes.toString("base64")}`)).toEqual(bytes);
  });

  it.each([
    [{ AUDIT_ALERT_WEBHOOK_URL: URL }, "AUDIT_ALERT_WEBHOOK_SECRET: "],
    [{ AUDIT_ALERT_WEBHOOK_SECRET: SECRET }, "AUDIT_ALERT_WEBHOOK_URL: "],
    [{ AUDIT_ALERT_WEBHOOK_URL: URL, AUDIT_ALERT_WEBHOOK_SECRET: "short" }, "at least 32 characters"],
    [{ AUDIT_ALERT_WEBHOOK_URL: URL, AUDIT_ALERT_WEBHOOK_SECRET: `whsec_${"=".repeat(40)}` }, "24 bytes"],
    [{ AUDIT_ALERT_WEBHOOK_URL: "ftp://example.com", AUDIT_ALERT_WEBHOOK_SECRET: SECRET }, "an address"],
  ])("refuses %j", (given, words) => {
    expect(faults(given)).toContain(words);
  });
});

it("every rule that AUDIT_ALERT_RULES has wrong is reported at the start", () => {
  const message = faults({ AUDIT_ALERT_RULES: "nothing=1/2,denied-burst=none,mass-export=5/60" });
  expect(message).toMatch(/no rule nothing/);
  expect(message).toMatch(/"denied-burst=none"/);
  expect(message).not.toContain('"mass-export');
});
