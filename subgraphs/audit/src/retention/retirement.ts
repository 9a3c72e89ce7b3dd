import { setTimeout as pause } from "node:timers/promises";
import type { AuditTrail } from "@supergraph/audit-trail";
import type { Database } from "@supergraph/persistence";
import { serviceIdentity, type Logger } from "@supergraph/service";
import type { ExportedRow } from "../export/exported-event.js";
import type { Sealer } from "../sequencer/sealer.js";
import type { DuePartitions, Ready } from "./due-partitions.js";
import type { LeafRange } from "./leaf-ranges.js";
import type { PartitionArchive, WrittenArchive } from "./partition-archive.js";
import { RETIRE } from "./retention-periods.js";
import type { UnnamedTexts } from "./unnamed-texts.js";
import type { LogPartition, PartitionFacts, RetentionRepository } from "./retention.repository.js";

const CHUNK = 1_000;
/** Readers wait no longer than that behind who waits to drop a partition that somebody reads. */
const LOCK_WAIT_MS = 250;
const ATTEMPTS = 20;
const BETWEEN_ATTEMPTS_MS = 1_000;
/** Of leaves in one event: what an event holds also stands in the log stream. */
const RANGES_PER_EVENT = 2_000;
const LOCK_NOT_AVAILABLE = "55P03";
const HAS_LATE_EVENTS = "55000";

export interface RetirementParts {
  database: Database;
  partitions: RetentionRepository;
  due: DuePartitions;
  sealer: Sealer;
  /** Undefined: there is nowhere to put archives. */
  archive: PartitionArchive | undefined;
  texts: UnnamedTexts;
  audit: AuditTrail;
  log: Logger;
}

/** Retires the months of the log whose time is over: exports each, proves the export, and drops it. */
export class Retirement {
  constructor(private readonly parts: RetirementParts) {}

  /**
   * Retires what is due, oldest first; nothing when another does so at this moment. Whatever stops it in between, the
   * next run goes on from there. Answers the names of those retired.
   */
  async run(signal?: AbortSignal): Promise<string[]> {
    const { database, partitions } = this.parts;
    const retired: string[] = [];
    // Its connection does nothing but hold the lock: each step commits by itself.
    await database.independently(async () => {
      if (!(await partitions.takeLead())) return;
      await database.runApart(async () => {
        for (const partition of await partitions.partitions()) {
          if (!partition.isDue || signal?.aborted) continue;
          if (await this.#retireUnlessHindered(partition, signal)) retired.push(partition.name);
        }
        if (retired.length > 0) await this.parts.texts.removeUnnamed(signal);
      });
    });
    return retired;
  }

  async #retireUnlessHindered(partition: LogPartition, signal?: AbortSignal): Promise<boolean> {
    const { log } = this.parts;
    try {
      const ready = await this.parts.due.readinessOf(partition);
      if (typeof ready === "object") return await this.#retire(partition, ready, signal);
      log.info({ partition: partition.name, obstacle: ready }, "a month of the audit log is due and stays");
    } catch (error) {
      if (!signal?.aborted)
        log.error({ err: error, partition: partition.name }, "a month of the audit log could not be retired");
    }
    return false;
  }

  async #retire(partition: LogPartition, ready: Ready, signal?: AbortSignal): Promise<boolean> {
    const archive = ready.facts.count === 0 ? undefined : await this.#archived(partition, ready, signal);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#drop(partition, ready.facts, archive);
        return true;
      } catch (error) {
        if (isOf(error, HAS_LATE_EVENTS)) return false;
        if (!isOf(error, LOCK_NOT_AVAILABLE) || attempt === ATTEMPTS || signal?.aborted) throw error;
        await pause(BETWEEN_ATTEMPTS_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The archive of what the partition holds: one that an earlier run has left, when it proves itself, or a new one. */
  async #archived(
    partition: LogPartition,
    { facts, checkpoint }: Ready,
    signal?: AbortSignal,
  ): Promise<WrittenArchive> {
    // Late events make the partition anew: what it holds then has another name.
    const name = `${partition.name}_to_${facts.lastLeaf}`;
    const holdsAll = ({ count, leaves }: WrittenArchive) =>
      count === facts.count && leaves.at(-1)?.[1] === facts.lastLeaf + 1;
    const left = await this.parts.archive?.find(name);
    if (left && holdsAll(left)) return left;
    const filter = { partition: partition.name };
    const rows = this.#rows(partition, facts);
    const written = await this.parts.archive?.write({ name, filter, checkpoint, rows }, signal);
    if (!written || !holdsAll(written)) throw new Error(`The archive of ${partition.name} doesn't hold all of it`);
    return written;
  }

  async *#rows(partition: LogPartition, { lastLeaf }: PartitionFacts): AsyncGenerator<ExportedRow[]> {
    for (let leaf = -1; leaf < lastLeaf;) {
      const rows = await this.parts.partitions.rowsAfter(partition, leaf, CHUNK);
      const wanted = rows.filter(({ leaf_index }) => Number(leaf_index) <= lastLeaf);
      if (wanted.length === 0) return;
      yield wanted;
      leaf = Number(wanted.at(-1)?.leaf_index);
    }
  }

  /** The partition's end and the sealed event that tells of it, both or neither: at no moment are its leaves missing. */
  async #drop(partition: LogPartition, facts: PartitionFacts, archive: WrittenArchive | undefined): Promise<void> {
    const { database, partitions, sealer, log } = this.parts;
    await database.independently(async () => {
      await this.#record(partition, archive);
      // From here on nobody else seals an event, into it or anywhere.
      await sealer.sealAll();
      await partitions.limitLockWait(LOCK_WAIT_MS);
      await partitions.drop(partition, facts.lastLeaf);
      const { file, count = 0 } = archive ?? {};
      await database.afterCommit(() => {
        log.info({ partition: partition.name, events: count, archive: file }, "a month of the audit log was retired");
        return Promise.resolve();
      });
    });
  }

  async #record({ name, retentionDays, month }: LogPartition, archive: WrittenArchive | undefined): Promise<void> {
    const facts = {
      count: archive?.count ?? 0,
      retention_days: retentionDays,
      month: month.toISOString().slice(0, 7),
      archive: archive?.file ?? null,
      sha256: archive?.sha256 ?? null,
      checkpoint_size: archive?.checkpointSize ?? null,
    };
    const parts = chunksOf(archive?.leaves ?? [], RANGES_PER_EVENT);
    for (const [index, leaves] of parts.entries()) {
      const part = parts.length > 1 ? { part: index + 1, parts: parts.length } : {};
      await this.parts.audit.record({
        action: RETIRE,
        identity: serviceIdentity("audit"),
        path: "retention",
        details: {
          actor: { type: "system", label: "audit" },
          target: { type: "AuditPartition", id: name },
          metadata: { leaves, ...facts, ...part },
        },
      });
    }
  }
}

function chunksOf(ranges: readonly LeafRange[], size: number): LeafRange[][] {
  const chunks = Array.from({ length: Math.ceil(ranges.length / size) }, (_, at) =>
    ranges.slice(at * size, (at + 1) * size),
  );
  return chunks.length > 0 ? chunks : [[]];
}

function isOf(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
