import type { Database } from "@supergraph/persistence";
import type { AlertDesk } from "../alert/alert-desk.js";
import type { AlertThresholds } from "../alert/alert-thresholds.js";
import type { AlertWindowRepository } from "../alert/alert-window.repository.js";
import type { AuditMetrics } from "../metrics/audit-metrics.js";
import type { OutboxRepository, OutboxState } from "./outbox.repository.js";

const RULE = "stuck-outbox";

export interface OutboxWatchParts {
  database: Database;
  outboxes: OutboxRepository;
  windows: AlertWindowRepository;
  desk: Pick<AlertDesk, "raise">;
  metrics: AuditMetrics;
  thresholds: AlertThresholds;
}

/** Looks at how full the outboxes are, and raises an alert about one that is not emptied. */
export class OutboxWatch {
  constructor(private readonly use: OutboxWatchParts) {}

  async look(): Promise<void> {
    const { outboxes, metrics, thresholds } = this.use;
    // What is not known is not told.
    metrics.outboxes = [];
    const states = await outboxes.states();
    metrics.outboxes = states;
    const threshold = thresholds[RULE];
    if (!threshold) return;
    for (const state of states) {
      if (state.oldestSeconds >= threshold.count) await this.#raise(state, threshold);
    }
  }

  /** Sealing may be what is stuck: nothing here waits for it. Several replicas see it, one raises the alert. */
  async #raise({ service, depth, oldestSeconds }: OutboxState, threshold: { count: number; seconds: number }) {
    const { database, windows, desk } = this.use;
    await database.unitOfWork(async () => {
      const moment = new Date().toISOString();
      if (!(await windows.beginQuiet({ rule: RULE, subject: service }, moment, threshold))) return;
      await desk.raise({
        rule: RULE,
        message: `events in the outbox of ${service} have not been sealed for ${Math.floor(oldestSeconds)} seconds`,
        target: { type: "Outbox", id: service },
        count: depth,
        seconds: threshold.seconds,
        leaves: null,
      });
    });
  }
}
