import type { Database } from "@supergraph/persistence";
import type { AlertDesk } from "./alert-desk.js";
import { looksAt, type AlertRule, type WatchedEvent } from "./alert-rule.js";
import { alertRules } from "./alert-rules.js";
import type { AlertThreshold, AlertThresholds } from "./alert-thresholds.js";
import type { AlertWindowRepository } from "./alert-window.repository.js";
import type { WatchedEventRepository } from "./watched-event.repository.js";

const BATCH = 500;

interface ActiveRule extends AlertRule {
  name: string;
  threshold: AlertThreshold;
}

export interface AlertWatchParts {
  database: Database;
  windows: AlertWindowRepository;
  events: WatchedEventRepository;
  desk: Pick<AlertDesk, "raise">;
  thresholds: AlertThresholds;
}

/** Has the rules look at sealed events. Any number may run side by side: one looks, the others stand by. */
export class AlertWatch {
  readonly #rules: readonly ActiveRule[];

  constructor(private readonly use: AlertWatchParts) {
    this.#rules = Object.entries(alertRules).flatMap(([name, rule]) => {
      const threshold = use.thresholds[name as keyof typeof alertRules];
      return threshold ? [{ ...rule, name, threshold }] : [];
    });
  }

  /** Looks at everything that is sealed, unless another does. */
  async lookOn(signal?: AbortSignal): Promise<void> {
    const { windows } = this.use;
    for (let isBehind = true; isBehind && !signal?.aborted;) {
      const { next, end } = await windows.progress();
      isBehind = next < end && (await this.lookAtNext(BATCH));
    }
    await windows.prune();
  }

  /**
   * Looks at the next leaves, `size` at most. That they were looked at commits with the alerts which they raise: whatever
   * stops it, each leaf counts once. Answers whether it looked at any.
   */
  async lookAtNext(size: number): Promise<boolean> {
    const { database, windows, events } = this.use;
    return database.unitOfWork(async () => {
      if (!(await windows.takeLead())) return false;
      const { next, since, end } = await windows.progress();
      const to = Math.min(next + size, end);
      if (to <= next) return false;
      for (const event of await events.between(next, to, since, this.#rules)) await this.#look(event);
      await windows.moveProgress(next, to);
      return true;
    });
  }

  async #look(event: WatchedEvent): Promise<void> {
    for (const rule of this.#rules) {
      if (looksAt(rule, event)) await this.#apply(rule, event);
    }
  }

  async #apply(rule: ActiveRule, event: WatchedEvent): Promise<void> {
    const { windows, events, desk } = this.use;
    const { name, threshold, isSuspicious, subjectOf, message } = rule;
    const { seconds } = threshold;
    const subject = subjectOf(event);
    if (!subject || (isSuspicious && !(await isSuspicious(event, events, seconds)))) return;
    const counted = { rule: name, subject: subject.key };
    const { count, firstLeaf } = await windows.count(counted, event, seconds);
    if (count < threshold.count || !(await windows.beginQuiet(counted, event.occurred_at, threshold))) return;
    await desk.raise({
      rule: name,
      message: message(count, seconds),
      target: subject.target,
      count,
      seconds,
      leaves: { first: firstLeaf, last: event.leaf_index },
    });
  }
}
