import { readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  InclusionProofs,
  consistencyProof,
  parseVerifierKey,
  rootAt,
  verifyConsistency,
  verifyInclusion,
} from "@supergraph/audit-proof";
import { Database } from "@supergraph/persistence";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ada, anEvent, bob } from "../fixtures/audit-log.fixture.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { MONTHS, runningRetention } from "../fixtures/retention.fixture.js";
import { LogVerifier } from "../verification/log-verifier.js";
import { VerificationRepository } from "../verification/verification.repository.js";
import { readArchive } from "./read-archive.js";

let audit: Awaited<ReturnType<typeof runningRetention>>;

beforeEach(async () => {
  audit = await runningRetention();
});
afterEach(() => audit.close());

const SESSIONS = ["event_30_202601", "event_30_202602", "event_30_202603"];

async function leaves(): Promise<{ index: number; hash: Buffer; action: string; metadata: never }[]> {
  const rows = await audit.parts.database.run((query) =>
    query("event")
      .orderBy("leaf_index")
      .select<{ leaf_index: string; leaf_hash: Buffer; action: string; metadata: never }[]>("*"),
  );
  return rows.map(({ leaf_index, leaf_hash, ...row }) => ({ index: Number(leaf_index), hash: leaf_hash, ...row }));
}

async function retirements(): Promise<
  { leaves: [number, number][]; archive: string; sha256: string; count: number }[]
> {
  await audit.sealAll();
  return (await leaves()).filter(({ action }) => action === "audit.retire").map(({ metadata }) => metadata);
}

const indexesIn = (ranges: [number, number][]) =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at));

/** Runs a statement as the database's owner. */
async function asOwner(statement: string): Promise<void> {
  const owner = new Database({ url: audit.disposable.ownerUrl, schema: "audit" });
  await owner.run((query) => query.raw(statement));
  await owner.close();
}

/** What a verification finds when this happens once its first rows were read. */
async function verifiedWhile(happens: () => Promise<string[]>) {
  const { database, values, tree, signer } = audit.parts;
  let retired: string[] | undefined;
  class ReadWhileItHappens extends VerificationRepository {
    override async events(from: number, to: number) {
      const rows = await super.events(from, to);
      retired ??= await happens();
      return rows;
    }
  }
  const store = new ReadWhileItHappens(database);
  const verifiers = [parseVerifierKey(signer.verifierKey)];
  const { problems } = await new LogVerifier({ store, tree, values, verifiers, opening: undefined }).verify({});
  return { problems, retired };
}

describe("a month whose time is over", () => {
  it("goes, and what remains still proves, and the tree goes on growing", async () => {
    await audit.seal(600);
    const before = await audit.parts.tree.head();
    await audit.seal(680);
    const all = await leaves();
    expect(await audit.retirement.run()).toEqual(SESSIONS);

    expect((await audit.partitions()).filter((name) => /20260[123]$/.test(name))).toEqual(
      ["0", "3650"].flatMap((days) => MONTHS.map((month) => `event_${days}_${month.replace("-", "")}`)),
    );
    await audit.seal(300, () => ({ action: "product.update" }));
    const { tree, database } = audit.parts;
    const head = await tree.head();
    const remaining = await leaves();
    expect((await audit.parts.verifier.verify({})).problems.list).toEqual([]);
    const gone = all.filter(({ index }) => !remaining.some((leaf) => leaf.index === index));
    expect(gone.map(({ action }) => action)).toEqual(Array.from({ length: gone.length }, () => "session.end"));
    expect(gone.length).toBeGreaterThan(400);
    const prover = new InclusionProofs(head.size, tree.read);
    for (const { index, hash } of remaining) {
      const path = await prover.of(index);
      const isProven = verifyInclusion({ index, size: head.size, leafHash: hash, path, root: head.root });
      expect(isProven, `leaf ${index}`).toBe(true);
    }
    const path = await consistencyProof(before.size, head.size, tree.read);
    const sizes = { from: before.size, to: head.size, fromRoot: before.root, toRoot: head.root };
    expect(verifyConsistency({ ...sizes, path })).toBe(true);
    expect(await rootAt(before.size, tree.read)).toEqual(before.root);
    // A process that knows no edge yet reads it.
    await audit.outboxes.write("dynamic", [anEvent()]);
    expect(await (await auditPartsOver(database)).sealer.sealOldest(1)).toBe(1);
  });

  it("may go while the log is being verified, which then misses nothing but what was deleted", async () => {
    await audit.seal(2_048);
    const { problems, retired } = await verifiedWhile(async () => {
      const names = await audit.retirement.run();
      await asOwner("delete from audit.event where leaf_index in (1100, 2047)");
      return names;
    });
    expect(retired).toEqual(SESSIONS);
    expect(problems.list.map(({ kind, leafIndex }) => [kind, leafIndex])).toEqual([
      ["MISSING", 1_100],
      ["MISSING", 2_047],
    ]);
  });

  it("leaves an archive that proves itself, in the erased form, and an event that says which leaves went where", async () => {
    await audit.seal(1_280, () => ({ actor_label: "ada@example.com", ip: "198.51.100.7", entity_type: "User" }));
    const all = await leaves();
    await audit.retirement.run();
    const told = await retirements();
    expect(told.map(({ archive }) => archive)).toEqual(await audit.archives());
    const goneLeaves = told.flatMap(({ leaves }) => indexesIn(leaves));
    expect(goneLeaves).toEqual(all.filter(({ action }) => action === "session.end").map(({ index }) => index));
    for (const { archive, leaves, sha256, count } of told) {
      const file = path.join(audit.archiveDirectory, archive);
      expect(await readArchive(file, audit.parts.signer.verifierKey)).toMatchObject({ leaves, sha256, count });
      const lines = await audit.archive(archive);
      expect(JSON.stringify(lines)).not.toMatch(/ada@|198\.51/);
      expect(lines.at(-1)).toMatchObject({ count, version: 1, range: null });
      expect(lines[0]).toMatchObject({ action: "session.end", personal: {}, ip: null });
      expect(lines[0]?.actor_commitment).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(await audit.retirement.run()).toEqual([]);
  });

  it("stays until its leaves stand in complete tiles, which a log that stands still doesn't have", async () => {
    await audit.seal(200);
    expect(await audit.retirement.run()).toEqual([]);
    await audit.seal(90, () => ({ action: "product.update" }));
    expect(await audit.retirement.run()).toEqual(SESSIONS);
  });

  it("stays while an event in it was sealed a short while ago, or while there is nowhere to export to", async () => {
    await audit.seal(512);
    expect(await audit.retentionWith({ quietSeconds: 3_600 }).retirement.run()).toEqual([]);
    expect(await audit.retentionWith({ hasArchive: false }).retirement.run()).toEqual([]);
    const states = new Map((await audit.retention.partitions()).map(({ name, state }) => [name, state]));
    expect([states.get("event_30_202601"), states.get("event_3650_202601"), states.get("event_0_202601")]).toEqual([
      ...["DUE", "KEPT", "KEPT"],
    ]);
    expect(await audit.partitions()).toEqual(expect.arrayContaining(SESSIONS));
  });

  it("goes once more when an event of it comes late, and loses neither", async () => {
    await audit.seal(512);
    await audit.retirement.run();
    const late = { action: "session.end", occurred_at: "2026-01-20T00:00:00Z" };
    await audit.seal(1, () => late);
    expect(await audit.partitions()).toContain("event_30_202601");
    await audit.seal(300, () => ({ action: "product.update" }));
    expect(await audit.retirement.run()).toEqual(["event_30_202601"]);
    expect(await audit.retirement.run()).toEqual([]);
    const ofJanuary = (await audit.archives()).filter((file) => file.startsWith("event_30_202601"));
    expect(ofJanuary).toHaveLength(2);
    expect((await retirements()).filter(({ archive }) => ofJanuary.includes(archive))).toHaveLength(2);
  });

  it("stays, with everything in it, when its events don't prove themselves any more", async () => {
    await audit.seal(512);
    await asOwner("update audit.event set action = 'session.begin' where leaf_index = 0");
    expect(await audit.retirement.run()).toEqual(SESSIONS.slice(1));
    expect(await audit.archives()).toHaveLength(2);
    expect(await audit.partitions()).toContain(SESSIONS[0]);
  });
});

it("is not dropped with an event that came between its export and its end", async () => {
  await audit.seal(512);
  const { partitions } = audit.parts;
  const late = anEvent({ action: "session.end", occurred_at: "2026-01-20T00:00:00Z" });
  const factsOf = partitions.factsOf.bind(partitions);
  partitions.factsOf = async (partition) => {
    const facts = await factsOf(partition);
    if (partition.name === SESSIONS[0]) await audit.outboxes.write("dynamic", [late]);
    return facts;
  };
  expect(await audit.retirement.run()).toEqual(SESSIONS.slice(1));
  partitions.factsOf = factsOf;
  expect(await audit.partitions()).toContain(SESSIONS[0]);
  await audit.seal(256, () => ({ action: "product.update" }));
  expect(await audit.retirement.run()).toEqual(SESSIONS.slice(0, 1));
  const archived = (await Promise.all((await audit.archives()).map(audit.archive))).flat();
  expect(archived.filter(({ id }) => id === late.id)).toHaveLength(1);
});

describe("a run that was stopped", () => {
  it("after the export goes on from the archive that it left", async () => {
    await audit.seal(512);
    await asOwner("alter function audit.retire_partition rename to gone");
    expect(await audit.retirement.run()).toEqual([]);
    const left = await audit.archives();
    expect(left).toHaveLength(3);
    const written = await Promise.all(left.map((file) => stat(path.join(audit.archiveDirectory, file))));
    await asOwner("alter function audit.gone rename to retire_partition");
    expect(await audit.retirement.run()).toEqual(SESSIONS);
    const after = await Promise.all(left.map((file) => stat(path.join(audit.archiveDirectory, file))));
    expect(after.map(({ mtimeMs, ino }) => [mtimeMs, ino])).toEqual(written.map(({ mtimeMs, ino }) => [mtimeMs, ino]));
    expect(await retirements()).toHaveLength(3);
  });

  it("while it wrote begins that file anew, and takes none for an archive that isn't one", async () => {
    await audit.seal(512);
    const last = Math.max(
      ...(await leaves()).filter(({ action }) => action === "session.end").map(({ index }) => index),
    );
    for (const name of [`event_30_202603_to_${last}.ndjson.gz.partial`, `event_30_202603_to_${last}.ndjson.gz`])
      await writeFile(path.join(audit.archiveDirectory, name), "half of it");
    expect(await audit.retirement.run()).toEqual(SESSIONS);
    expect((await readdir(audit.archiveDirectory)).filter((file) => file.endsWith(".partial"))).toEqual([]);
    expect(await retirements()).toHaveLength(3);
  });
});

describe("a legal hold", () => {
  const sessionsOf = (user: string) => (index: number) => (index === 0 ? { user_id: user } : { user_id: null });

  it("keeps every month in which the held acted, until it is lifted", async () => {
    await audit.seal(512, sessionsOf(bob));
    const hold = await audit.parts.holds.place({ user_id: bob, entity_id: null, reason: "case 1", placed_by: ada });
    expect(await audit.retirement.run()).toEqual(SESSIONS.slice(1));
    const [january] = (await audit.retention.partitions()).filter(({ name }) => name === SESSIONS[0]);
    expect(january).toMatchObject({ state: "ON_HOLD", month: "2026-01", retentionDays: 30 });
    await audit.parts.holds.lift(hold.id, { lift_reason: "over", lifted_by: ada });
    expect(await audit.retirement.run()).toEqual(SESSIONS.slice(0, 1));
  });

  it.each([
    ["who acted in another's place", { impersonator_id: bob }, { user_id: bob, entity_id: null }],
    ["whom it was done to", { entity_type: "User", entity_id: bob.toUpperCase() }, { user_id: bob, entity_id: null }],
    ["whose API key it was", { entity_type: "ApiKey", metadata: { userId: bob } }, { user_id: bob, entity_id: null }],
    ["an entity", { entity_type: "Product", entity_id: bob }, { user_id: null, entity_id: bob.toUpperCase() }],
  ])("counts %s", async (_, event, held) => {
    await audit.seal(256, (index) => (index === 0 ? event : {}));
    await audit.parts.holds.place({ ...held, reason: "case 1", placed_by: ada });
    expect(await audit.retirement.run()).toEqual(SESSIONS.slice(1));
  });

  it("holds against the service itself: the database drops nothing that isn't due, or is held", async () => {
    await audit.seal(512, sessionsOf(bob));
    const drop = (name: string) =>
      audit.parts.database.run((query) => query.raw("select audit.retire_partition(?, 1000000)", [name]));
    await audit.parts.holds.place({ user_id: bob, entity_id: null, reason: "case 1", placed_by: ada });
    await expect(drop("event_30_202601")).rejects.toThrow("under legal hold");
    await expect(drop("event_3650_202601")).rejects.toThrow("is kept until");
    for (const name of ["event_0_202601", "event_30", "event", "tile", "event_30_202512", "event_30_202602; drop"])
      await expect(drop(name)).rejects.toThrow("is no month of the log that ends");
    await audit.seal(1, () => ({ action: "session.end", occurred_at: "2026-02-20T00:00:00Z" }));
    await expect(drop("event_30_202602")).rejects.toThrow("leaves whose hashes stand nowhere else");
    expect(await audit.partitions()).toEqual(expect.arrayContaining(SESSIONS));
  });
});

it("texts that nothing names any more go with the last event that named them", async () => {
  await audit.seal(512, (index) => ({
    user_id: null,
    actor_type: "anonymous",
    actor_label: null,
    ip: index % 3 === 0 ? `192.0.2.${index % 200}` : "198.51.100.7",
    user_agent: "a browser",
  }));
  const texts = async () =>
    Number(
      (await audit.parts.database.run((query) => query("personal_text").count<{ count: string }[]>("*")))[0]?.count,
    );
  expect(await texts()).toBeGreaterThan(60);
  await audit.retirement.run();
  expect(await texts()).toBe(2);
});
