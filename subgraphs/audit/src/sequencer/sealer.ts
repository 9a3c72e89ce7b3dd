import type { AuditEvent, Party } from "@supergraph/audit-trail";
import { partiesOf } from "@supergraph/audit-trail";
import type { Database } from "@supergraph/persistence";
import type { Checkpointer } from "../checkpoint/checkpointer.js";
import type { AuditMetrics } from "../metrics/audit-metrics.js";
import type { KeptTexts } from "../personal/kept-texts.js";
import type { BatchKeys, SealingKeys } from "../personal/sealing-keys.js";
import { tileReader } from "../tree/tile-reader.js";
import { TreeEdge } from "../tree/tree-edge.js";
import type { Tile, TreeHead, TreeRepository } from "../tree/tree.repository.js";
import { sealEvent, subjectOf, type NamedText, type SealedEvent } from "./sealed-event.js";
import type { PartitionOfLog, SequencerRepository } from "./sequencer.repository.js";

const BATCH = 1_000;
/** While PostgreSQL stores so many events, the next are hashed and encrypted. */
const SLICE = 100;

export interface SealerParts {
  database: Database;
  repository: SequencerRepository;
  tree: TreeRepository;
  keys: SealingKeys;
  texts: KeptTexts;
  checkpointer: Checkpointer;
  metrics: AuditMetrics;
  subjectOfAddress: (address: string) => string;
  /** For how long events of an action are kept; 0: for good. */
  retentionDaysOf: (action: string) => number;
}

/** An event, and whose the personal values in it are. */
interface AttributedEvent {
  event: AuditEvent;
  parties: readonly Party[];
}

/** Moves events from the outboxes into the log, and grows its tree. */
export class Sealer {
  /** As it was last committed by this process; of no use once another has led. */
  #edge: TreeEdge | undefined;

  constructor(private readonly parts: SealerParts) {}

  /**
   * Moves the oldest events of all outboxes, `size` at most, and numbers them on from the log's last, all in one
   * transaction: whatever stops it, an event is in its outbox or in the log, and never in both.
   * The transaction itself holds the advisory lock, so that no two can number from the same last event. Writers only
   * insert, and wait for nothing here.
   * Answers how many were sealed; undefined when another sequencer has the lead.
   */
  async sealOldest(size: number): Promise<number | undefined> {
    return this.parts.database.unitOfWork(async () => {
      if (!(await this.parts.repository.takeLead())) return undefined;
      return this.#seal(size);
    });
  }

  /**
   * Waits for the lead and seals everything that has been committed. In a unit of work the lead is held until its end:
   * nobody seals anything between what it reads of the log and what it changes beside it.
   */
  async sealAll(): Promise<void> {
    await this.parts.database.unitOfWork(async () => {
      await this.parts.repository.waitForLead();
      while ((await this.#seal(BATCH)) === BATCH);
    });
  }

  async #seal(size: number): Promise<number> {
    const { repository, tree, checkpointer } = this.parts;
    const events = await repository.drain(size);
    await checkpointer.signWhenDue(events.length > 0 ? await this.#extend(events) : await tree.head());
    return events.length;
  }

  async #extend(events: readonly AuditEvent[]): Promise<TreeHead> {
    const { database, repository, tree, keys, texts, metrics } = this.parts;
    const edge = await this.#edgeAt(await tree.lockHead());
    const attributed = events.map((event) => ({ event, parties: partiesOf(event) }));
    const subjects = new Set(attributed.flatMap(({ parties }) => parties.map((party) => this.#subjectOf(party))));
    const batchKeys = await keys.of([...subjects]);
    const sealedAt = await repository.now();
    await repository.ensurePartitions(this.#partitionsOf(events));

    const tiles: Tile[] = [];
    const named: NamedText[] = [];
    const rowOf = (attributed: AttributedEvent) => {
      const { row, leafHash, texts } = this.#sealed(attributed, edge.size, sealedAt, batchKeys);
      tiles.push(...edge.append(leafHash));
      named.push(...texts);
      return row;
    };
    await repository.insert(inSlices(attributed, rowOf));
    await texts.keep(named);
    await tree.addTiles(tiles);
    const head = { size: edge.size, root: edge.root() };
    await tree.moveHead(head, edge.lastLeaves);
    await database.afterCommit(() => {
      this.#edge = edge;
      metrics.sealed(events, sealedAt);
      return Promise.resolve();
    });
    return head;
  }

  #sealed({ event, parties }: AttributedEvent, leafIndex: number, sealedAt: string, keys: BatchKeys): SealedEvent {
    return sealEvent(event, {
      parties,
      leafIndex,
      sealedAt,
      retentionDays: this.parts.retentionDaysOf(event.action),
      keyOf: (subject) => keys.of(subject),
      subjectOf: (party) => this.#subjectOf(party),
    });
  }

  #partitionsOf(events: readonly AuditEvent[]): PartitionOfLog[] {
    const partitions = new Map<string, PartitionOfLog>();
    for (const { action, occurred_at } of events) {
      const retentionDays = this.parts.retentionDaysOf(action);
      const moment = `${occurred_at.slice(0, 7)}-01T00:00:00Z`;
      partitions.set(`${retentionDays} ${moment}`, { retentionDays, moment });
    }
    return [...partitions.values()];
  }

  #subjectOf(party: Party): string {
    return subjectOf(party, this.parts.subjectOfAddress);
  }

  async #edgeAt({ size, root }: TreeHead): Promise<TreeEdge> {
    if (this.#edge?.size === size && this.#edge.root().equals(root)) return this.#edge.copy();
    const edge = await TreeEdge.at(size, tileReader(this.parts.tree));
    if (!edge.root().equals(root))
      throw new Error(`The audit log's tree of ${size} leaves has another root than its head`);
    return edge;
  }
}

/** What `make` makes of each; a slice is made once it is asked for. */
function* inSlices<Given, Made>(given: readonly Given[], make: (one: Given) => Made): Generator<Made[]> {
  for (let from = 0; from < given.length; from += SLICE) yield given.slice(from, from + SLICE).map(make);
}
