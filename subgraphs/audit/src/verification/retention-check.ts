import type { Problems } from "./problems.js";
import type { StoredEvent } from "./stored-event.js";

/**
 * For how long an event is kept is no part of its leaf: a month is dropped by it. But events of one action that were
 * sealed at one moment are kept for as long as each other: one that isn't was moved.
 */
export class RetentionCheck {
  #sealedAt = "";
  readonly #batch = new Map<string, Map<number, StoredEvent[]>>();

  constructor(private readonly problems: Problems) {}

  /** Events in the log's order. */
  check(rows: readonly StoredEvent[]): void {
    for (const row of rows) {
      if (row.sealed_at !== this.#sealedAt) this.finish();
      this.#sealedAt = row.sealed_at;
      const periods = this.#batch.get(row.action) ?? new Map<number, StoredEvent[]>();
      this.#batch.set(row.action, periods);
      const alike = periods.get(row.retention_days);
      if (alike) alike.push(row);
      else periods.set(row.retention_days, [row]);
    }
  }

  finish(): void {
    for (const periods of this.#batch.values()) {
      const [usual, ...others] = [...periods].sort(([, one], [, other]) => other.length - one.length);
      if (!usual) continue;
      for (const [days, rows] of others) for (const row of rows) this.#moved(row, days, usual[0]);
    }
    this.#batch.clear();
  }

  #moved({ leaf_index, id, action }: StoredEvent, days: number, usual: number): void {
    const what =
      `Leaf ${leaf_index}, event ${id}, was moved to the events that are kept ${inWords(days)}: ` +
      `others of ${action} that were sealed with it are kept ${inWords(usual)}.`;
    this.problems.add("MODIFIED", Number(leaf_index), what);
  }
}

function inWords(days: number): string {
  return days === 0 ? "for good" : `for ${days} days`;
}
