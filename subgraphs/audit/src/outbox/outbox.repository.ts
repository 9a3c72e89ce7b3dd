import type { Database } from "@supergraph/persistence";
import { subgraphNames, type SubgraphName } from "@supergraph/service";

/** Counted no further: of an outbox that is stuck it is enough to know that it is deep. */
const DEEPEST = 1_000_000;

/** What waits in an outbox. */
export interface OutboxState {
  service: SubgraphName;
  depth: number;
  /** The age of its oldest event; 0 when it is empty. */
  oldestSeconds: number;
}

const STATES = subgraphNames
  .map(
    (service) => `
      select '${service}' as service,
             (select count(*) from (select from ${service}.audit_outbox limit ${DEEPEST}) as waiting)::integer as depth,
             coalesce(greatest(extract(epoch from clock_timestamp() - min(occurred_at)), 0), 0)::float8 as "oldestSeconds"
      from ${service}.audit_outbox`,
  )
  .join(" union all ");

/** The outboxes, as who drains them sees them. */
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  async states(): Promise<OutboxState[]> {
    const { rows } = await this.database.run((query) => query.raw<{ rows: OutboxState[] }>(STATES));
    return rows;
  }
}
