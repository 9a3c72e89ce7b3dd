import { z } from "zod";

/** When a rule raises an alert: at so many events about one and the same within so many seconds, and then once in these. */
export interface AlertThreshold {
  count: number;
  seconds: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST_SECONDS = 3_650 * DAY;

/** Every rule, with its numbers unless the setting AUDIT_ALERT_RULES gives others; `alert-rules.ts` says what each looks at. */
export const alertThresholds = {
  /** Wrong passwords or second factors for one account. */
  "failed-sign-ins-account": { count: 10, seconds: 15 * MINUTE },
  /** The same from one client address, whatever the accounts. */
  "failed-sign-ins-address": { count: 50, seconds: 15 * MINUTE },
  /** A refresh token or authorization code that had been used came again: one of two who have it stole it. */
  "refresh-reuse": { count: 1, seconds: HOUR },
  /** Somebody gave themselves a role, or a role that they hold a permission. */
  "self-granted-permission": { count: 1, seconds: HOUR },
  /** One actor deleted things. */
  "mass-deletion": { count: 100, seconds: 15 * MINUTE },
  /** One actor exported the log or other people's data. */
  "mass-export": { count: 10, seconds: HOUR },
  /** A person signed in who had done nothing for these seconds, and something before. */
  "sign-in-after-silence": { count: 1, seconds: 90 * DAY },
  /** One actor was refused things. */
  "denied-burst": { count: 30, seconds: 5 * MINUTE },
  /** The log was found to be other than what was signed. */
  "log-verification-failed": { count: 1, seconds: HOUR },
  /** The oldest event of an outbox has waited for `count` seconds. */
  "stuck-outbox": { count: 60, seconds: HOUR },
} as const satisfies Record<string, AlertThreshold>;

export type AlertRuleName = keyof typeof alertThresholds;

/** The rules that are on. */
export type AlertThresholds = Readonly<Partial<Record<AlertRuleName, AlertThreshold>>>;

const RULE = /^\s*([a-z-]+)\s*=\s*(?:(off)|(\d{1,9})\/(\d{1,9}))\s*$/;

/** The setting AUDIT_ALERT_RULES: the rules, with other numbers for those that it names, and without those it turns off. */
export const alertThresholdsSetting = z
  .string()
  .default("")
  .transform((text, context): AlertThresholds => {
    const thresholds: Partial<Record<AlertRuleName, AlertThreshold>> = { ...alertThresholds };
    for (const part of text.split(",").filter((given) => given.trim() !== "")) {
      const [, name = "", off, count, seconds] = RULE.exec(part) ?? [];
      const given = { count: Number(count), seconds: Number(seconds) };
      const isInRange = given.count >= 1 && given.seconds >= 1 && given.seconds <= LONGEST_SECONDS;
      if (isRuleName(name) && off) delete thresholds[name];
      else if (isRuleName(name) && isInRange) thresholds[name] = given;
      else context.addIssue({ code: "custom", message: problemOf(part.trim(), name) });
    }
    return thresholds;
  });

function isRuleName(name: string): name is AlertRuleName {
  return Object.hasOwn(alertThresholds, name);
}

function problemOf(part: string, name: string): string {
  if (name !== "" && !isRuleName(name))
    return `there is no rule ${name}; rules: ${Object.keys(alertThresholds).join(", ")}`;
  return `"${part}" is not rule=count/seconds or rule=off, e.g. failed-sign-ins-account=10/900 or denied-burst=off`;
}
