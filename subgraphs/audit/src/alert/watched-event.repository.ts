import type { Database } from "@supergraph/persistence";
import { inMicroseconds } from "../sequencer/drain.statement.js";
import type { AlertRule, EarlierEvents, WatchedEvent } from "./alert-rule.js";

const OWN_EVENT = "alert.raised";

const COLUMNS = `
  event.leaf_index, event.id, ${inMicroseconds("event.occurred_at")} as occurred_at, event.action, event.outcome,
  event.reason, event.user_id, event.actor_type, event.actor_label, event.impersonator_id, event.entity_id,
  event.entity_label, coalesce(event.changes, '[]') as changes, event.metadata,
  encode(origin.ip_token, 'hex') as address`;

type Row = Omit<WatchedEvent, "leaf_index"> & { leaf_index: string };

/** Sealed events as rules look at them. */
export class WatchedEventRepository implements EarlierEvents {
  constructor(private readonly database: Database) {}

  /**
   * Those of the leaves from `from` to before `to` that one of the rules looks at and that happened no earlier than
   * `since`, in the order of the log. Alerts themselves are none: they would raise others without end.
   */
  async between(from: number, to: number, since: Date, rules: readonly AlertRule[]): Promise<WatchedEvent[]> {
    const patterns = rules.flatMap(({ events }) => events.map((event) => event.replaceAll("*", "%")));
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: Row[] }>(
        `select ${COLUMNS}
         from event left join personal_text as origin on origin.token = event.ip_text
         where event.leaf_index >= ? and event.leaf_index < ? and event.occurred_at >= ?
           and event.action <> ? and event.outcome || ' ' || event.action like any (?)
         order by event.leaf_index`,
        [from, to, since, OWN_EVENT, patterns],
      ),
    );
    return rows.map((row) => ({ ...row, leaf_index: Number(row.leaf_index) }));
  }

  /** What somebody else did in the person's place, or failed to do under their name, breaks no silence. */
  async isFirstAfterSilence(event: WatchedEvent, seconds: number): Promise<boolean> {
    const { user_id, occurred_at, leaf_index } = event;
    if (user_id === null) return false;
    const done = "select from event where user_id = :user_id and outcome = 'success' and impersonator_id is null";
    const beginning = ":occurred_at::timestamptz - make_interval(secs => :seconds)";
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { is_first: boolean }[] }>(
        // CASE: years are looked through only for who did nothing lately.
        `select case
           when exists (${done} and occurred_at >= ${beginning} and occurred_at <= :occurred_at and leaf_index < :leaf_index)
           then false
           else exists (${done} and occurred_at < ${beginning})
         end as is_first`,
        { user_id, occurred_at, leaf_index, seconds },
      ),
    );
    return rows[0]?.is_first ?? false;
  }

  async holdRole(userIds: readonly string[], roleId: string, { leaf_index }: WatchedEvent): Promise<boolean> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { action: string }[] }>(
        `select distinct on (entity_id) action from event
         where entity_id = any (?) and action in ('role.assign', 'role.unassign') and outcome = 'success'
           and metadata ->> 'roleId' = ? and leaf_index < ?
         order by entity_id, leaf_index desc`,
        [[...userIds], roleId, leaf_index],
      ),
    );
    return rows.some(({ action }) => action === "role.assign");
  }
}
