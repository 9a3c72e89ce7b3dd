import type { Database } from "@supergraph/persistence";
import type { AuditEventCriteria } from "../audit-event/audit-event.criteria.js";
import { matchingEvents, type FoundTexts } from "../audit-event/matching.repository.js";
import type { ExportedRow } from "./exported-event.js";
import { EXPORTED_COLUMNS } from "./exported-row.statement.js";

/** Leaves [from, to) of the log, as far as the criteria hold for them. */
export interface LeafRange {
  from: number;
  to: number;
  criteria: AuditEventCriteria;
  found: FoundTexts;
}

/** Reads the log in the order of its leaves, a piece at a time. */
export class ExportRepository {
  constructor(private readonly database: Database) {}

  /** The first `limit` of them. */
  async rowsOf({ from, to, criteria, found }: LeafRange, limit: number): Promise<ExportedRow[]> {
    return this.database.run((query) => {
      const rows = query("event")
        .select<ExportedRow[]>(query.raw(EXPORTED_COLUMNS))
        .where("leaf_index", ">=", from)
        .where("leaf_index", "<", to)
        .orderBy("leaf_index")
        .limit(limit);
      if (Object.keys(criteria).length === 0) return rows;
      const matching = matchingEvents(query, criteria, found)
        .where("leaf_index", ">=", from)
        .where("leaf_index", "<", to);
      return rows.whereIn("id", matching.select("id"));
    });
  }
}
