import {
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  verifyConsistency,
  verifyInclusion,
  type Checkpoint,
} from "@supergraph/audit-proof";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditParts } from "../audit-parts.js";
import { CheckpointService } from "../checkpoint/checkpoint.service.js";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { ada, anEvent, outboxesOf } from "../fixtures/audit-log.fixture.js";
import { growTree } from "../fixtures/grown-tree.fixture.js";
import { ProofService } from "./proof.service.js";

interface Proof {
  leafIndex: number;
  leafHash: string;
  treeSize: number;
  rootHash: string;
  path: string[];
  checkpoint: string;
}
interface Proven {
  leafIndex: number | null;
  proof: Proof | null;
}
interface Page {
  nodes: Proven[];
  pageInfo: { endCursor: string; hasNextPage: boolean };
}

const EVENTS = `query ($after: String) { auditEvents(order: OLDEST_FIRST, first: 100, after: $after) {
  nodes { leafIndex proof { leafIndex leafHash treeSize rootHash path checkpoint } }
  pageInfo { endCursor hasNextPage } } }`;
const CONSISTENCY = `query ($from: BigInt!, $to: BigInt!) {
  auditConsistencyProof(fromSize: $from, toSize: $to) { fromSize toSize path } }`;

const bytes = (hash: string) => Buffer.from(hash, "hex");
let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let parts: AuditParts;
let auditor: Ask;
let as: Awaited<ReturnType<typeof auditApi>>;
let clock = Date.now();

async function useLog(leaves: number): Promise<void> {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  await growTree(outboxes.database("audit"), leaves);
  as = await auditApi(outboxes.database("audit"));
  parts = await auditPartsOver(outboxes.database("audit"));
  auditor = as(person("01900000-0000-7000-8000-0000000000aa", "audit:read"));
}

async function dropLog(): Promise<void> {
  await outboxes.close();
  await database.drop();
}

/** Seals so many more events, and signs a checkpoint of all. */
async function grow(count: number): Promise<void> {
  const events = Array.from({ length: count }, () => anEvent({ occurred_at: new Date(clock++).toISOString() }));
  if (count > 0) await outboxes.write("dynamic", events);
  await parts.sealer.sealAll();
  await parts.checkpointer.signWhenDue(await parts.tree.head(), new Date((clock += 10_000)));
}

/** Opened by the key that the API tells. */
async function opened(note: string): Promise<Checkpoint> {
  const { data } = await auditor("{ auditVerifierKey }");
  return parseCheckpoint(openNote(note, [parseVerifierKey(data?.auditVerifierKey as unknown as string)]).text);
}

async function latest(): Promise<Checkpoint> {
  const { data } = await auditor("{ auditCheckpoint { treeSize rootHash signedAt note } }");
  const told = data?.auditCheckpoint as unknown as { treeSize: number; rootHash: string; signedAt: Date; note: string };
  const checkpoint = await opened(told.note);
  expect(told).toMatchObject({
    treeSize: checkpoint.size,
    rootHash: checkpoint.root.toString("hex"),
    signedAt: checkpoint.signedAt,
  });
  return checkpoint;
}

async function readProven(): Promise<Proven[]> {
  const read: Proven[] = [];
  for (let after: string | null = null; ;) {
    const { data, reasons } = await auditor(EVENTS, { after });
    expect(reasons).toEqual([]);
    const { nodes, pageInfo } = data?.auditEvents as unknown as Page;
    read.push(...nodes);
    if (!pageInfo.hasNextPage) return read;
    after = pageInfo.endCursor;
  }
}

/** Every event's proof leads to the latest checkpoint, which our key has signed. */
async function expectAllProven(count: number): Promise<Checkpoint> {
  const checkpoint = await latest();
  const events = await readProven();
  expect(events).toHaveLength(count);
  for (const { leafIndex, proof } of events) {
    expect(proof?.leafIndex).toBe(leafIndex);
    expect(proof?.leafHash).toMatch(/^[0-9a-f]{64}$/);
    const leaf = bytes(proof?.leafHash ?? "");
    expect({ size: proof?.treeSize, root: bytes(proof?.rootHash ?? "") }).toEqual({
      size: checkpoint.size,
      root: checkpoint.root,
    });
    const path = (proof?.path ?? []).map(bytes);
    const { size, root } = checkpoint;
    expect(verifyInclusion({ index: Number(leafIndex), size, leafHash: leaf, path, root })).toBe(true);
  }
  const [note] = new Set(events.map(({ proof }) => proof?.checkpoint));
  expect(await opened(note ?? "")).toEqual(checkpoint);
  return checkpoint;
}

async function expectConsistent(one: Checkpoint, other: Checkpoint): Promise<void> {
  const { data, reasons } = await auditor(CONSISTENCY, { from: one.size, to: other.size });
  expect(reasons).toEqual([]);
  const proof = data?.auditConsistencyProof as unknown as { fromSize: number; toSize: number; path: string[] };
  expect(proof).toMatchObject({ fromSize: one.size, toSize: other.size });
  const sizes = { from: one.size, to: other.size, fromRoot: one.root, toRoot: other.root };
  expect(verifyConsistency({ ...sizes, path: proof.path.map(bytes) })).toBe(true);
  const forged = { ...sizes, fromRoot: Buffer.alloc(32, 7) };
  expect(verifyConsistency({ ...forged, path: proof.path.map(bytes) })).toBe(false);
}

describe("a log that grows from nothing", () => {
  const checkpoints: Checkpoint[] = [];
  beforeAll(() => useLog(0));
  afterAll(dropLog);

  it("has a signed checkpoint of no leaves, and events without a proof until they are sealed and signed", async () => {
    checkpoints.push(await latest());
    expect(checkpoints[0]?.size).toBe(0);
    await outboxes.write("dynamic", [anEvent()]);
    expect(await readProven()).toEqual([{ leafIndex: null, proof: null }]);
    await parts.sealer.sealAll();
    await outboxes.write("dynamic", [anEvent()]);
    // A checkpoint was signed a moment ago.
    await parts.sealer.sealAll();
    expect(await readProven()).toMatchObject([{ proof: { treeSize: 1 } }, { leafIndex: 1, proof: null }]);
    checkpoints.push(await latest());
  });

  it.each([2, 3, 255, 256, 257, 513])("proves each event to a checkpoint of %i", async (size) => {
    await grow(size - (await parts.tree.head()).size);
    const checkpoint = await expectAllProven(size);
    expect(checkpoint.size).toBe(size);
    checkpoints.push(checkpoint);
  });

  it("proves an event when what was kept of earlier proofs is another log's", async () => {
    const kept = parts.subtreeRoots;
    for (const index of [0, 1]) kept.keep({ height: 8, index }, Buffer.alloc(32, 7));
    const service = new ProofService(parts.tree, new CheckpointService(parts.checkpoints), kept);
    const { leafHash, rootHash, path } = (await service.ofLeaf("3")) ?? { leafHash: "", rootHash: "", path: [] };
    const proof = { index: 3, size: 513, leafHash: bytes(leafHash), path: path.map(bytes), root: bytes(rootHash) };
    expect(verifyInclusion(proof)).toBe(true);
    expect(kept.get({ height: 8, index: 1 })).not.toEqual(Buffer.alloc(32, 7));
  });

  it("proves that it was only appended to, between any two checkpoints", async () => {
    expect(checkpoints).toHaveLength(8);
    for (const [at, one] of checkpoints.entries())
      for (const other of checkpoints.slice(at)) await expectConsistent(one, other);
  });

  it("lists its checkpoints, newest first, page by page", async () => {
    const query = `query ($after: String) { auditCheckpoints(first: 3, after: $after) {
      totalCount nodes { treeSize note } pageInfo { endCursor hasNextPage } } }`;
    const sizes: number[] = [];
    for (let after: string | null = null; ;) {
      const { data } = await auditor(query, { after });
      const page = data?.auditCheckpoints as unknown as {
        totalCount: number;
        nodes: { treeSize: number; note: string }[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
      for (const { treeSize, note } of page.nodes) expect((await opened(note)).size).toBe(treeSize);
      sizes.push(...page.nodes.map(({ treeSize }) => treeSize));
      expect(page.totalCount).toBe(8);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(sizes).toEqual(checkpoints.map(({ size }) => size).reverse());
    const { reasons } = await auditor(query, { after: "forged" });
    expect(reasons).toEqual(["INVALID_CURSOR"]);
  });

  it("proves a page of 100 events in as many statements as one", async () => {
    const statementsOf = async (first: number) => {
      const statements: string[] = [];
      const stop = parts.database.onStatement((sql) => statements.push(sql));
      await auditor(`{ auditEvents(first: ${first}) { nodes { proof { path } } } }`);
      stop();
      return statements.length;
    };
    const [one, hundred] = [await statementsOf(1), await statementsOf(100)];
    expect(hundred).toBeLessThanOrEqual(one);
    // Events, the checkpoint, and the tiles: nobody asks for what is personal.
    expect(hundred).toBeLessThanOrEqual(3);
  });

  it.each([
    [-1, 2, ["fromSize"]],
    [3, 2, ["fromSize", "toSize"]],
    [0, 514, ["toSize"]],
    [-1, 514, ["fromSize", "toSize"]],
    ["99999999999999999999", "99999999999999999999", ["fromSize", "toSize"]],
  ])("refuses a consistency proof from %s to %s, naming the arguments at fault", async (from, to, fields) => {
    expect(await auditor(CONSISTENCY, { from, to })).toMatchObject({ reasons: ["INVALID_INPUT"], fields: [fields] });
  });

  it.each([
    "auditCheckpoint { treeSize }",
    "auditCheckpoints { totalCount }",
    "auditConsistencyProof(fromSize: 0, toSize: 1) { path }",
    "auditVerifierKey",
  ])("tells nobody who may not read the log: %s", async (field) => {
    const query = `{ ${field} }`;
    expect((await as(undefined)(query)).reasons).toEqual(["SIGN_IN_REQUIRED"]);
    const id = "01900000-0000-7000-8000-0000000000bb";
    const before = await denialsOf(id);
    expect(await as(person(id))(query)).toMatchObject({ data: null, reasons: ["PERMISSION_MISSING"] });
    expect(await denialsOf(id)).toBe(before + 1);
  });

  it("tells a person who reads their own acts no proof: it says how much the log holds", async () => {
    const query = `{ auditEvents(first: 2, filter: { userId: "${ada}" }) { nodes { id proof { treeSize } } } }`;
    const { data, reasons } = await as(person(ada))(query);
    expect(reasons).toEqual(["PERMISSION_MISSING", "PERMISSION_MISSING"]);
    expect(data?.auditEvents).toMatchObject({ nodes: [{ proof: null }, { proof: null }] });
    expect(await denialsOf(ada)).toBe(1);
  });

  async function denialsOf(userId: string): Promise<number> {
    const { data } = await auditor(
      "query ($id: ID!) { auditEvents(filter: { userId: $id, outcome: DENIED }) { totalCount } }",
      { id: userId },
    );
    return (data?.auditEvents as unknown as { totalCount: number }).totalCount;
  }
});

describe("a log of over 65,536 leaves", () => {
  beforeAll(() => useLog(65_536));
  afterAll(dropLog);

  it("proves each event, to checkpoints left and right of a tile's end, and that it was only appended to", async () => {
    const checkpoints = [await latest()];
    for (const [more, count] of [
      [1, 1],
      [254, 255],
      [1, 256],
      [44, 300],
    ] as const) {
      await grow(more);
      checkpoints.push(await expectAllProven(count));
    }
    expect(checkpoints.map(({ size }) => size - 65_536)).toEqual([0, 1, 255, 256, 300]);
    for (const [at, one] of checkpoints.entries())
      for (const other of checkpoints.slice(at)) await expectConsistent(one, other);
    const { size } = await parts.tree.head();
    for (const from of [1, 255, 256, 257, 4_097, 65_535]) {
      const { data } = await auditor(CONSISTENCY, { from, to: size });
      expect((data?.auditConsistencyProof as unknown as { path: string[] }).path.length).toBeGreaterThan(0);
    }
  });
});
