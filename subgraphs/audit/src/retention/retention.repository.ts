import type { Database } from "@supergraph/persistence";
import type { ExportedRow } from "../export/exported-event.js";
import { EXPORTED_COLUMNS } from "../export/exported-row.statement.js";

/** A month of the events that are kept for as long. */
export interface LogPartition {
  /** `event_<days>_<yyyymm>` */
  name: string;
  /** 0: for good. */
  retentionDays: number;
  month: Date;
  /** Null: never. */
  dueAt: Date | null;
  isDue: boolean;
  /** How many events, as PostgreSQL estimates; null when it hasn't yet. */
  estimatedEvents: number | null;
}

/** What a partition holds. */
export interface PartitionFacts {
  count: number;
  /** -1: it is empty. */
  lastLeaf: number;
  /** Since its last event was sealed; null: it is empty. */
  quietSeconds: number | null;
}

interface PartitionRow {
  name: string;
  days: string;
  month: Date;
  due_at: Date | null;
  is_due: boolean;
  estimate: number;
}

const PARTITIONS = `
  select relname as name, (string_to_array(relname, '_'))[2] as days,
         to_date((string_to_array(relname, '_'))[3], 'YYYYMM')::timestamp at time zone 'UTC' as month,
         audit.partition_due_at(relname) as due_at,
         coalesce(audit.partition_due_at(relname) <= clock_timestamp(), false) as is_due, reltuples as estimate
  from pg_partition_tree('audit.event') join pg_class on oid = relid where isleaf
  order by month, name`;

/** Named by its bounds, not its name: the service may read the log, not its tables. */
const OF_PARTITION = `
  retention_days = :days and occurred_at >= :month
  and occurred_at < (:month::timestamptz at time zone 'UTC' + interval '1 month') at time zone 'UTC'`;

/** Months of the log: what stands in them, and their end. */
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  /** Whether this unit of work is the one that retires, until its end. */
  async takeLead(): Promise<boolean> {
    const take = "select pg_try_advisory_xact_lock(hashtextextended('audit.retention', 0)) as leads";
    const [row] = await this.#rows<{ leads: boolean }>(take);
    return row?.leads ?? false;
  }

  /** All of them, oldest month first. */
  async partitions(): Promise<LogPartition[]> {
    const rows = await this.#rows<PartitionRow>(PARTITIONS);
    return rows.map(({ name, days, month, due_at, is_due, estimate }) => ({
      name,
      retentionDays: Number(days),
      month,
      dueAt: due_at,
      isDue: is_due,
      estimatedEvents: estimate < 0 ? null : estimate,
    }));
  }

  async isOnHold({ name }: LogPartition): Promise<boolean> {
    const [row] = await this.#rows<{ held: boolean }>("select audit.is_on_hold(:name) as held", { name });
    return row?.held ?? true;
  }

  async factsOf(partition: LogPartition): Promise<PartitionFacts> {
    const [row] = await this.#rows<{ count: string; last: string | null; quiet: number | null }>(
      `select count(*) as count, max(leaf_index) as last,
              extract(epoch from clock_timestamp() - max(sealed_at))::float8 as quiet
       from audit.event where ${OF_PARTITION}`,
      bounds(partition),
    );
    return { count: Number(row?.count ?? 0), lastLeaf: Number(row?.last ?? -1), quietSeconds: row?.quiet ?? null };
  }

  /** The partition's events in the log's order after a leaf, `limit` at most. */
  async rowsAfter(partition: LogPartition, leaf: number, limit: number): Promise<ExportedRow[]> {
    return this.#rows<ExportedRow>(
      `select ${EXPORTED_COLUMNS} from audit.event where ${OF_PARTITION} and leaf_index > :leaf
       order by leaf_index limit :limit`,
      { ...bounds(partition), leaf, limit },
    );
  }

  /** Waits no longer than that for a lock, until the unit of work ends. */
  async limitLockWait(milliseconds: number): Promise<void> {
    await this.#rows("select set_config('lock_timeout', :wait, true)", { wait: `${milliseconds}ms` });
  }

  /** Drops the partition. The database refuses one that isn't due, is on hold, or holds more than was exported. */
  async drop({ name }: LogPartition, lastLeaf: number): Promise<void> {
    await this.#rows("select audit.retire_partition(:name, :lastLeaf)", { name, lastLeaf });
  }

  async #rows<Row>(statement: string, bindings: Record<string, string | number | Date> = {}): Promise<Row[]> {
    return this.database.run(async (query) => (await query.raw<{ rows: Row[] }>(statement, bindings)).rows);
  }
}

function bounds({ retentionDays, month }: LogPartition) {
  return { days: retentionDays, month };
}
