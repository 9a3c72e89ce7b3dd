import { setImmediate as yieldToOthers } from "node:timers/promises";
import { CompactRange, rootAt, TILE_WIDTH, type NoteVerifier, type ReadHashes } from "@supergraph/audit-proof";
import type { PersonalValueRepository } from "../personal/personal-value.repository.js";
import type { TreeHead, TreeRepository } from "../tree/tree.repository.js";
import { LeafCheck, type LeafGroup } from "./leaf-check.js";
import { checkEnd, checkIds } from "./log-end.js";
import type { Opening } from "./opened-values.js";
import { PersonalCheck } from "./personal-check.js";
import { Problems } from "./problems.js";
import { RetentionCheck } from "./retention-check.js";
import { RetiredLeaves } from "./retired-leaves.js";
import { nameOf, openStored, openWitnessed, RootsAhead, type SignedRoot } from "./signed-roots.js";
import type { StoredEvent } from "./stored-event.js";
import { TreeCheck } from "./tree-check.js";
import type { VerificationRepository } from "./verification.repository.js";

const CHUNK = 4 * TILE_WIDTH;

export interface LogVerifierParts {
  store: VerificationRepository;
  tree: Pick<TreeRepository, "head" | "read">;
  values: PersonalValueRepository;
  /** The keys that may have signed the log's checkpoints. */
  verifiers: readonly NoteVerifier[];
  /** Undefined: people's values can't be opened, and are not checked. */
  opening: Opening | undefined;
}

export interface VerifyRequest {
  /** 0 unless given. */
  from?: number | undefined;
  /** As far as the log reaches unless given. */
  to?: number | undefined;
  /** Checkpoints that were kept elsewhere. */
  witnessed?: readonly SignedRoot[];
  /** What was found already. */
  problems?: Problems;
  signal?: AbortSignal | undefined;
}

export interface LogVerdict {
  from: number;
  to: number;
  /** Of the tree of `to` leaves, as far as it could be recomputed. */
  root: Buffer;
  problems: Problems;
}

/** A range that the log doesn't have. */
export class NoSuchRange extends RangeError {
  constructor(
    readonly bound: "from" | "to",
    message: string,
  ) {
    super(message);
  }
}

/** Hashes that the tree is made of are gone. */
class HashesMissing extends Error {}

type Range = Pick<LogVerdict, "from" | "to">;

/**
 * Checks the store against itself and against what was signed: events against their leaves, leaves against the tree,
 * the tree against checkpoints, people's values against the leaves' commitments. Whoever holds the database and the
 * signing key can write another history that is right in itself: a checkpoint that was kept elsewhere tells.
 */
export class LogVerifier {
  constructor(private readonly parts: LogVerifierParts) {}

  /**
   * Reads in chunks and lets others run in between. What is sealed meanwhile isn't checked.
   * @throws NoSuchRange
   */
  async verify(request: VerifyRequest): Promise<LogVerdict> {
    const { store, tree } = this.parts;
    const head = await tree.head();
    const range = rangeOf(request, head);
    const problems = request.problems ?? new Problems();
    const witnessed = (request.witnessed ?? []).filter((signed) => !isTruncated(signed, head, problems));
    const retired = await RetiredLeaves.told(await store.retirements(head.size), tree.read);
    const leaves = new LeafCheck(problems, retired, range);
    const verdict = { ...range, root: head.root, problems };
    try {
      verdict.root = await this.#walk({ head, range, leaves, problems, witnessed, signal: request.signal });
    } catch (error) {
      if (!(error instanceof HashesMissing)) throw error;
      problems.add("MISSING", undefined, error.message);
    }
    const isToTheEnd = range.to === head.size;
    const retiredSince = leaves.misses ? await this.#retiredSince(head, problems, request.signal) : undefined;
    leaves.finish(isToTheEnd ? await store.eventsBeyondTree() : [], retiredSince);
    if (isToTheEnd) await checkEnd(store, head, problems);
    if (isToTheEnd && range.from === 0) await checkIds(store, head, problems);
    return verdict;
  }

  /**
   * Opens checkpoints that were kept elsewhere; those that the log's key didn't sign are problems.
   * @throws NoteError MALFORMED when one is no checkpoint, or another log's
   */
  openWitnessed(notes: readonly string[], problems: Problems): SignedRoot[] {
    return notes
      .map((note) => openWitnessed(note, this.parts.verifiers, problems))
      .filter((signed) => signed !== undefined);
  }

  /**
   * What retention has taken since the log had this head. The events that tell of it were sealed as it happened: they
   * are believed once they were checked themselves.
   */
  async #retiredSince(
    { size }: TreeHead,
    problems: Problems,
    signal?: AbortSignal,
  ): Promise<RetiredLeaves | undefined> {
    const { store, tree } = this.parts;
    const head = await tree.head();
    if (head.size === size) return undefined;
    await this.verify({ from: size, to: head.size, problems, signal });
    return RetiredLeaves.told(await store.retirements(head.size), tree.read);
  }

  /** Goes through the tiles that hold the range, from left to right. */
  async #walk(walk: {
    head: TreeHead;
    range: Range;
    leaves: LeafCheck;
    problems: Problems;
    witnessed: readonly SignedRoot[];
    signal: AbortSignal | undefined;
  }): Promise<Buffer> {
    const { head, range, leaves, problems, witnessed, signal } = walk;
    const [begin, end] = inTiles(range, head);
    const isOnTheWay = ({ size }: SignedRoot) => size >= begin && size <= end;
    const ahead = await RootsAhead.of(this.#stored(begin, end, problems), witnessed.filter(isOnTheWay));
    const tree = await TreeCheck.at(begin, {
      store: { read: this.#read, tile: async (level, index) => (await this.#tiles(level, index, index + 1))[0] },
      ahead,
      problems,
      wanted: range.to,
    });
    const values = this.parts.opening && new PersonalCheck(this.parts.values, this.parts.opening, problems);
    const retention = new RetentionCheck(problems);
    for (let from = begin; from < end; from += CHUNK) {
      const to = Math.min(from + CHUNK, end);
      const rows = await this.parts.store.events(from, to);
      const tiles = await this.#tiles(0, from / TILE_WIDTH, Math.floor(to / TILE_WIDTH));
      for (const group of groupsOf(from, to)) {
        signal?.throwIfAborted();
        const isComplete = group.to % TILE_WIDTH === 0;
        const tile = isComplete
          ? tiles.find(({ index }) => index * TILE_WIDTH === group.from)
          : await this.#lastTile(head, group.from, tree);
        for (const hash of leaves.check({ ...group, rows: within(rows, group), tile })) await tree.append(hash);
        if (!tile && !isComplete && tree.rootWith([])?.equals(head.root)) lastLeavesChanged(group, problems);
        await yieldToOthers();
      }
      const asked = within(rows, range);
      retention.check(asked);
      await values?.check(asked);
    }
    retention.finish();
    const root = await tree.finish(head);
    await this.#compareElsewhere([...witnessed, ...(await this.#lastOf(head, problems, end))], isOnTheWay, problems);
    return root;
  }

  /** The leaves from there to the end, as a tile; undefined when the head's root is not made of them. */
  async #lastTile({ size, root }: TreeHead, from: number, tree: TreeCheck): Promise<LeafGroup["tile"]> {
    const leaves = await this.parts.tree.read(0, from, size);
    if (leaves.length !== size - from || !tree.rootWith(leaves)?.equals(root)) return undefined;
    const range = new CompactRange();
    for (const hash of leaves) range.append(hash);
    return { hashes: Buffer.concat(leaves), root: range.root() };
  }

  /** Checkpoints outside of what was walked are compared with the roots that the stored tiles make. */
  async #compareElsewhere(
    signed: readonly SignedRoot[],
    isOnTheWay: (signed: SignedRoot) => boolean,
    problems: Problems,
  ): Promise<void> {
    for (const one of signed) {
      if (isOnTheWay(one) || (await rootAt(one.size, this.#read)).equals(one.root)) continue;
      problems.add("FORKED", undefined, `The log's tree of ${one.size} leaves has another root than ${nameOf(one)}.`);
    }
  }

  async *#stored(from: number, to: number, problems: Problems): AsyncGenerator<SignedRoot> {
    for await (const row of this.parts.store.checkpoints(from - 1, to)) {
      const signed = openStored(row, this.parts.verifiers, problems);
      if (signed) yield signed;
    }
  }

  /** The newest checkpoint, when it is of a larger tree than the leaves that were walked make. */
  async #lastOf({ size }: TreeHead, problems: Problems, end: number): Promise<SignedRoot[]> {
    const last = await this.parts.store.lastCheckpoint(size);
    if (!last || Number(last.tree_size) <= end) return [];
    return [openStored(last, this.parts.verifiers, problems)].filter((signed) => signed !== undefined);
  }

  #tiles(level: number, from: number, to: number) {
    return this.parts.store.tiles(level, from, to);
  }

  readonly #read: ReadHashes = async (level, from, to) => {
    const hashes = await this.parts.tree.read(level, from, to);
    if (hashes.length === to - from) return hashes;
    throw new HashesMissing(`Of the tree's level ${level} there are ${hashes.length} hashes at [${from}, ${to}).`);
  };
}

/** @throws NoSuchRange */
function rangeOf({ from = 0, to }: VerifyRequest, { size }: TreeHead): Range {
  const range = { from, to: to ?? size };
  if (!Number.isSafeInteger(from) || from < 0) throw new NoSuchRange("from", `${from} is no leaf's index.`);
  if (!Number.isSafeInteger(range.to) || range.to < 0) throw new NoSuchRange("to", `${range.to} is no leaf's index.`);
  if (range.to > size) throw new NoSuchRange("to", `The log has ${size} leaves, not ${range.to}.`);
  if (from > range.to) throw new NoSuchRange("from", `From ${from} to ${range.to} is backwards.`);
  return range;
}

function isTruncated(signed: SignedRoot, { size }: TreeHead, problems: Problems): boolean {
  if (signed.size <= size) return false;
  problems.add("TRUNCATED", size, `The log has ${size} leaves, fewer than ${nameOf(signed)}: its tail was cut.`);
  return true;
}

function inTiles({ from, to }: Range, { size }: TreeHead): [begin: number, end: number] {
  return [from - (from % TILE_WIDTH), Math.min(Math.ceil(to / TILE_WIDTH) * TILE_WIDTH, size)];
}

function groupsOf(from: number, to: number): Range[] {
  return Array.from({ length: Math.ceil((to - from) / TILE_WIDTH) }, (_, at) => {
    const begin = from + at * TILE_WIDTH;
    return { from: begin, to: Math.min(begin + TILE_WIDTH, to) };
  });
}

function within(rows: readonly StoredEvent[], { from, to }: Range): StoredEvent[] {
  return rows.filter(({ leaf_index }) => Number(leaf_index) >= from && Number(leaf_index) < to);
}

function lastLeavesChanged({ from, to }: Range, problems: Problems): void {
  const what = `The hashes of leaves ${from} to ${to - 1} beside the tree's head were changed; the events are as they were sealed.`;
  problems.add("MODIFIED", from, what);
}
