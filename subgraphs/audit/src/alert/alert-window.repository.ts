import type { Database } from "@supergraph/persistence";
import type { AlertThreshold } from "./alert-thresholds.js";
import type { WatchedEvent } from "./alert-rule.js";

const TAKE_LEAD = `
  select set_config('idle_in_transaction_session_timeout', '10s', true),
         pg_try_advisory_xact_lock(hashtextextended('audit.alerts', 0)) as leads`;
/** Beyond a window, for events that are sealed late. */
const SLACK_SECONDS = 3_600;

/** How far the rules have looked. */
export interface AlertProgress {
  /** The first leaf that they have not looked at. */
  next: number;
  /** What happened before raises no alert. */
  since: Date;
  /** The first leaf that is not sealed yet. */
  end: number;
}

/** What is about one and the same, for a rule. */
export interface Counted {
  rule: string;
  subject: string;
}

export interface Count {
  count: number;
  firstLeaf: number;
}

/** Where the rules stand in the log, and what they count: each fact as long as a window needs it. */
export class AlertWindowRepository {
  constructor(private readonly database: Database) {}

  /** Whether this unit of work is the one that looks on, which it then is until its end. */
  async takeLead(): Promise<boolean> {
    const { rows } = await this.database.run((query) => query.raw<{ rows: { leads: boolean }[] }>(TAKE_LEAD));
    return rows[0]?.leads ?? false;
  }

  async progress(): Promise<AlertProgress> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { leaf_index: string; since: Date; size: string }[] }>(
        "select leaf_index, since, size from alert_progress, tree",
      ),
    );
    const [row] = rows;
    if (!row) throw new Error("The audit log has lost how far its alert rules have looked");
    return { next: Number(row.leaf_index), since: row.since, end: Number(row.size) };
  }

  /** @throws Error when somebody else has moved it meanwhile: then nothing of this unit of work may count */
  async moveProgress(from: number, to: number): Promise<void> {
    const moved = await this.database.run((query) =>
      query("alert_progress").where({ leaf_index: from }).update({ leaf_index: to }),
    );
    if (moved !== 1) throw new Error(`The alert rules looked at the leaves from ${from} twice`);
  }

  /** Adds an event to those that are about one and the same, and counts these back to the window's beginning. */
  async count({ rule, subject }: Counted, { leaf_index, occurred_at }: WatchedEvent, seconds: number): Promise<Count> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { count: string; first_leaf: string | null }[] }>(
        `with sighted as (
           insert into alert_sighting (rule, subject, leaf_index, occurred_at, kept_until)
           values (:rule, :subject, :leaf_index, :occurred_at, now() + make_interval(secs => :seconds + ${SLACK_SECONDS}))
         )
         select count(*), min(leaf_index) as first_leaf from alert_sighting
         where rule = :rule and subject = :subject
           and occurred_at > :occurred_at::timestamptz - make_interval(secs => :seconds)
           -- Of what is known to be too many nobody counts on.
           and not exists (select from alert_quiet where rule = :rule and subject = :subject and until > :occurred_at)`,
        { rule, subject, leaf_index, occurred_at, seconds },
      ),
    );
    const [row] = rows;
    return { count: Number(row?.count ?? 0) + 1, firstLeaf: Number(row?.first_leaf ?? leaf_index) };
  }

  /**
   * Whether nothing is quiet about this at `moment`; it is for `seconds` then. Of several who ask at once one gets true.
   */
  async beginQuiet({ rule, subject }: Counted, moment: string, { seconds }: AlertThreshold): Promise<boolean> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: unknown[] }>(
        `insert into alert_quiet as known (rule, subject, until, kept_until)
         values (:rule, :subject, :moment::timestamptz + make_interval(secs => :seconds),
                 now() + make_interval(secs => :seconds + ${SLACK_SECONDS}))
         on conflict (rule, subject) do update set until = excluded.until, kept_until = excluded.kept_until
         where known.until <= :moment returning true`,
        { rule, subject, moment, seconds },
      ),
    );
    return rows.length > 0;
  }

  /** Forgets what no window reaches back to. */
  async prune(): Promise<void> {
    for (const table of ["alert_sighting", "alert_quiet"]) {
      await this.database.run((query) => query(table).whereRaw("kept_until < now()").delete());
    }
  }
}
