import type { AuditEvent, AuditOutcome, AuditTarget } from "@supergraph/audit-trail";

/** What rules see of a sealed event: nothing personal but ids. */
export interface WatchedEvent extends Pick<
  AuditEvent,
  | "id"
  | "action"
  | "outcome"
  | "reason"
  | "user_id"
  | "actor_type"
  | "actor_label"
  | "impersonator_id"
  | "entity_id"
  | "entity_label"
  | "changes"
  | "metadata"
> {
  leaf_index: number;
  /** To the microsecond. */
  occurred_at: string;
  /** The keyed hash of the client's address, in hexadecimal. */
  address: string | null;
}

/** What events are counted by, and what an alert about them names. */
export interface AlertSubject {
  /** May be the hash of an address: kept only while events are counted by it. */
  key: string;
  target: AuditTarget;
}

/** What rules ask about events before the one that they look at. */
export interface EarlierEvents {
  /** Whether the event's actor had done nothing for so many seconds, and something before. */
  isFirstAfterSilence(event: WatchedEvent, seconds: number): Promise<boolean>;
  /** Whether one of these people was given the role and has not had it taken. */
  holdRole(userIds: readonly string[], roleId: string, event: WatchedEvent): Promise<boolean>;
}

/** Looks at each sealed event once, in the order of the log. */
export interface AlertRule {
  /** `outcome action` of the events that it looks at; an asterisk stands for anything. */
  events: readonly `${AuditOutcome | "*"} ${string}`[];
  /** Whether an event of these counts: all do unless told. */
  isSuspicious?: (event: WatchedEvent, earlier: EarlierEvents, seconds: number) => boolean | Promise<boolean>;
  /** Undefined: the event is about nobody and nothing in particular, and does not count. */
  subjectOf: (event: WatchedEvent) => AlertSubject | undefined;
  /** Without personal values: alerts are never erased. */
  message: (count: number, seconds: number) => string;
}

/** Whether the rule looks at such an event. */
export function looksAt(rule: AlertRule, { outcome, action }: WatchedEvent): boolean {
  return rule.events.some((pattern) => {
    const [ofOutcome = "", ofAction = ""] = pattern.split(" ");
    return isLike(ofOutcome, outcome) && isLike(ofAction, action);
  });
}

function isLike(pattern: string, text: string): boolean {
  return pattern.startsWith("*") ? text.endsWith(pattern.slice(1)) : pattern === text;
}
