import type { AlertRule, EarlierEvents, WatchedEvent } from "./alert-rule.js";
import { accountOf, actorOf, addressOf, logOf } from "./alert-subject.js";
import type { AlertRuleName } from "./alert-thresholds.js";

const SIGN_IN = ["auth.login", "auth.exchange-code"] as const;
const WRONG = new Set(["INVALID_CREDENTIALS", "OTP_INVALID", "TOO_MANY_REQUESTS"]);
/** The role that everybody holds. */
const EVERYBODYS_ROLE = "user";

const failedSignIns = {
  events: SIGN_IN.map((action) => `failure ${action}` as const),
  isSuspicious: ({ reason }) => reason !== null && WRONG.has(reason),
} satisfies Partial<AlertRule>;

/** What each rule looks at; when it raises an alert stands in `alert-thresholds.ts`. */
export const alertRules: Record<Exclude<AlertRuleName, "stuck-outbox">, AlertRule> = {
  "failed-sign-ins-account": {
    ...failedSignIns,
    subjectOf: accountOf,
    message: (count, seconds) => `${count} failed sign-ins to one account within ${periodOf(seconds)}`,
  },
  "failed-sign-ins-address": {
    ...failedSignIns,
    subjectOf: addressOf,
    message: (count, seconds) => `${count} failed sign-ins from one address within ${periodOf(seconds)}`,
  },
  "refresh-reuse": {
    events: ["failure auth.refresh", "failure auth.exchange-code"],
    isSuspicious: ({ metadata }) => metadata?.suspicious === true,
    subjectOf: accountOf,
    message: () => "a refresh token or authorization code that had been used came again",
  },
  "self-granted-permission": {
    events: ["success role.assign", "success role.update"],
    isSuspicious: isGivenToOneself,
    subjectOf: actorOf,
    message: () => "somebody gave themselves a permission",
  },
  "mass-deletion": {
    events: ["success *.delete", "success user.erase"],
    subjectOf: actorOf,
    message: (count, seconds) => `${count} deletions by one actor within ${periodOf(seconds)}`,
  },
  "mass-export": {
    events: ["success user.export", "success audit.export"],
    isSuspicious: ({ action, user_id, entity_id }) => action !== "user.export" || user_id !== entity_id,
    subjectOf: actorOf,
    message: (count, seconds) => `${count} exports by one actor within ${periodOf(seconds)}`,
  },
  "sign-in-after-silence": {
    events: SIGN_IN.map((action) => `success ${action}` as const),
    isSuspicious: (event, earlier, seconds) => earlier.isFirstAfterSilence(event, seconds),
    subjectOf: accountOf,
    message: (_, seconds) => `a person signed in who had done nothing for ${periodOf(seconds)}`,
  },
  "denied-burst": {
    events: ["denied *"],
    subjectOf: actorOf,
    message: (count, seconds) => `${count} refusals of one actor within ${periodOf(seconds)}`,
  },
  "log-verification-failed": {
    events: ["* audit.verification-failed"],
    subjectOf: logOf,
    message: () => "the audit log is not what was signed",
  },
};

async function isGivenToOneself(event: WatchedEvent, earlier: EarlierEvents): Promise<boolean> {
  const { action, user_id, impersonator_id, entity_id, entity_label, metadata } = event;
  const actors = [user_id, impersonator_id].filter((id) => id !== null);
  if (entity_id === null) return false;
  // Without a roleId they held it already.
  if (action === "role.assign") return metadata?.roleId !== undefined && actors.includes(entity_id);
  return addsPermission(event) && (entity_label === EVERYBODYS_ROLE || earlier.holdRole(actors, entity_id, event));
}

function addsPermission({ changes }: WatchedEvent): boolean {
  const change = changes.find(({ field }) => field === "permissions");
  const before = listOf(change?.before);
  return listOf(change?.after).some((permission) => !before.includes(permission));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** In words: `15 minutes`. */
function periodOf(seconds: number): string {
  const [unit, length] = UNITS.find(([, unitSeconds]) => seconds % unitSeconds === 0) ?? (["second", 1] as const);
  const number = seconds / length;
  return number === 1 ? `1 ${unit}` : `${number} ${unit}s`;
}
