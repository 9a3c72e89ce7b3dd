import type { Database } from "@supergraph/persistence";
import type { AlertRow } from "../alert.repository.js";

/** An alert that is to be sent. */
export interface DueDelivery extends AlertRow {
  /** This one included. */
  attempts: number;
  /** Since when it has been tried. */
  created_at: Date;
}

/** What is still to be sent to the webhook. */
export class WebhookDeliveryRepository {
  constructor(private readonly database: Database) {}

  async add(alertId: string): Promise<void> {
    await this.database.run((query) => query("alert_delivery").insert({ alert_id: alertId }));
  }

  /**
   * Takes what has been due for longest, and makes it due again in `seconds`: nobody else takes it before that, and a
   * process that dies with it loses nothing.
   */
  async take(seconds: number): Promise<DueDelivery | undefined> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: DueDelivery[] }>(
        `with taken as (
           update alert_delivery set attempts = attempts + 1, due_at = now() + make_interval(secs => :seconds)
           where alert_id = (
             select alert_id from alert_delivery where due_at <= now()
             order by due_at limit 1 for update skip locked
           )
           returning alert_id, attempts, created_at
         )
         select alert.*, attempts, created_at from taken join alert on alert.id = alert_id`,
        { seconds },
      ),
    );
    return rows[0];
  }

  async postpone(alertId: string, seconds: number): Promise<void> {
    await this.database.run((query) =>
      query("alert_delivery")
        .where({ alert_id: alertId })
        .update({ due_at: query.raw("now() + make_interval(secs => ?)", [seconds]) }),
    );
  }

  async remove(alertId: string): Promise<void> {
    await this.database.run((query) => query("alert_delivery").where({ alert_id: alertId }).delete());
  }
}
