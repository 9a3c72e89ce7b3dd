import { z } from "zod";

/** How often something may be tried. */
export interface LimitRule {
  /** So many times ... */
  points: number;
  /** ... within so many seconds, which begin with the first. */
  seconds: number;
  /** How long nothing more is taken once a guess used the last of them; without it, until the seconds are over. */
  blockSeconds?: number;
  /** Whether a right guess forgets the wrong ones before it; else it is merely not counted itself. */
  resetBySuccess?: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * Every limit of this service; the setting RATE_LIMITS gives a kind other `points`. Accounts are counted by the e-mail
 * address that was typed (`account.ts`), whether or not there is one of it; addresses are as in `address.ts`.
 */
export const limitRules = {
  /** Wrong passwords for one account from one address. */
  "sign-in-pair": { points: 10, seconds: 15 * MINUTE, blockSeconds: 15 * MINUTE, resetBySuccess: true },
  /** Wrong passwords from one address. */
  "sign-in-address": { points: 300, seconds: 15 * MINUTE, blockSeconds: 15 * MINUTE },
  /** Wrong passwords for one account; beyond it, only addresses that its holder has signed in from may try. */
  "sign-in-account": { points: 100, seconds: HOUR, blockSeconds: HOUR },
  /** Wrong second factors for one account: of somebody who knows the password. */
  "second-factor": { points: 10, seconds: HOUR, blockSeconds: HOUR },
  /** Accounts made from one address. */
  registration: { points: 1_000, seconds: HOUR },
  /** Mail of one kind that anybody may have sent to one account. */
  "mail-to-account": { points: 5, seconds: HOUR },
  /** Mail that one address may have sent. */
  "mail-from-address": { points: 100, seconds: HOUR },
  /** Sign-ins with the outside provider that one address begins. */
  "external-sign-in": { points: 300, seconds: 15 * MINUTE },
  /** Wrong secrets of one OAuth client from one address. */
  "oauth-client": { points: 10, seconds: 15 * MINUTE, blockSeconds: 15 * MINUTE },
} as const satisfies Record<string, LimitRule>;

export type LimitKind = keyof typeof limitRules;
export type LimitRules = Readonly<Record<LimitKind, LimitRule>>;

const FORM = "kind=number, separated by commas, e.g. sign-in-address=1000,registration=50";

/** The setting RATE_LIMITS: the rules, with other numbers for the kinds that it names. */
export const limitRulesSetting = z
  .string()
  .default("")
  .transform((text, context): LimitRules => {
    const rules: Record<LimitKind, LimitRule> = { ...limitRules };
    for (const part of text.split(",").filter((given) => given.trim() !== "")) {
      const [, kind = "", points = ""] = /^\s*([a-z-]+)\s*=\s*(\d{1,9})\s*$/.exec(part) ?? [];
      if (!isLimitKind(kind) || Number(points) < 1) {
        context.addIssue({ code: "custom", message: `${FORM}; kinds: ${Object.keys(limitRules).join(", ")}` });
        return z.NEVER;
      }
      rules[kind] = { ...rules[kind], points: Number(points) };
    }
    return rules;
  });

function isLimitKind(kind: string): kind is LimitKind {
  return Object.hasOwn(limitRules, kind);
}
