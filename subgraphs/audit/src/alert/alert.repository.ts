import {
  readKeysetPage,
  type CursorCodec,
  type Database,
  type Page,
  type PageArguments,
} from "@supergraph/persistence";

import type { Knex } from "knex";

/** A row of `audit.alert`. */
export interface AlertRow {
  /** The id of its event `alert.raised` as well. */
  id: string;
  rule: string;
  raised_at: Date;
  message: string;
  target_type: string;
  target_id: string;
  /** Bigints, as text. */
  count: string;
  window_seconds: number;
  first_leaf: string | null;
  last_leaf: string | null;
}

export type NewAlert = Omit<AlertRow, "raised_at" | "count" | "first_leaf" | "last_leaf"> & {
  count: number;
  first_leaf: number | null;
  last_leaf: number | null;
};

/** The alerts that were raised. */
export class AlertRepository {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorCodec,
  ) {}

  async insert(alert: NewAlert): Promise<void> {
    await this.database.run((query) => query("alert").insert(alert));
  }

  /** Newest first. */
  async page(page: PageArguments): Promise<Page<AlertRow>> {
    return this.database.run((query) =>
      readKeysetPage<AlertRow>({
        rows: query("alert").select("alert.*"),
        sortKeys: [
          { column: "raised_at", direction: "desc", type: "timestamptz" },
          { column: "id", direction: "desc", type: "uuid" },
        ],
        list: "audit-alerts",
        page,
        cursors: this.cursors,
        run: <T>(statement: Knex.QueryBuilder) => this.database.run<T>(() => statement as PromiseLike<T>),
      }),
    );
  }
}
