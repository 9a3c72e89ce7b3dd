import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  openCosignatures,
  openNote,
  parseCheckpoint,
  parseCosignerKey,
  parseVerifierKey,
  splitNotes,
} from "@supergraph/audit-proof";
import { createLog, type Logger } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditParts } from "../audit-parts.js";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { anEvent, outboxesOf } from "../fixtures/audit-log.fixture.js";
import { TlogWitness } from "../fixtures/tlog-witness.fixture.js";
import { Witnesses, witnessesOf } from "./witnesses.js";

const pauses = { firstMs: 20, longestMs: 100, lastMs: 500 };
const origin = "supergraph/audit";

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;
let parts: AuditParts;
let log: Logger;
let witness: TlogWitness;
let running: Witnesses[];
let clock: number;

beforeEach(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  parts = await auditPartsOver(outboxes.database("audit"));
  log = createLog("audit", "silent");
  witness = new TlogWitness("witness.example/w1", parts.signer.verifierKey);
  await witness.start();
  running = [];
  clock = Date.now();
});

afterEach(async () => {
  await Promise.all(running.map((witnesses) => witnesses.stop()));
  await witness.kill();
  await outboxes.close();
  await database.drop();
  vi.restoreAllMocks();
});

/** Hands out what `signs` signs from now on, as the service does. */
function handOut(settings: { file?: string; urls?: string[]; keys?: string[] }, signs = parts): Witnesses {
  const given = {
    AUDIT_LOG_ORIGIN: origin,
    AUDIT_WITNESS_FILE: settings.file,
    AUDIT_WITNESS_URL: settings.urls ?? [],
    AUDIT_WITNESS_KEYS: (settings.keys ?? []).map(parseCosignerKey),
  };
  const witnesses = new Witnesses(witnessesOf(given, signs, log), log, pauses);
  signs.checkpointer.onSigned((checkpoint) => {
    witnesses.offer(checkpoint);
  });
  witnesses.start();
  running.push(witnesses);
  return witnesses;
}

/** Seals so many more events and signs a checkpoint of all. */
async function grow(count: number, { sealer, checkpointer, tree, database: own } = parts): Promise<number> {
  await outboxes.write(
    "dynamic",
    Array.from({ length: count }, () => anEvent()),
  );
  await sealer.sealAll();
  const head = await tree.head();
  await own.unitOfWork(() => checkpointer.signWhenDue(head, new Date((clock += 10_000))));
  return head.size;
}

const seen = () => witness.seen.size;
const lastNote = async () => (await parts.checkpoints.last())?.note ?? "";

describe("an HTTP witness", () => {
  it("cosigns each checkpoint, and its word stands in the note", async () => {
    handOut({ urls: [witness.url], keys: [witness.key] });
    for (const more of [1, 300, 1]) {
      const size = await grow(more);
      await expect.poll(seen).toBe(size);
      await expect.poll(async () => (await lastNote()).split("\n— ")).toHaveLength(3);
    }
    const note = await lastNote();
    const [ours, cosignature] = [note.slice(0, note.lastIndexOf("— ")), note.slice(note.lastIndexOf("— "))];
    expect(openCosignatures(ours, cosignature, [parseCosignerKey(witness.key)])).toHaveLength(1);
    const { text } = openNote(note, [parseVerifierKey(parts.signer.verifierKey)]);
    expect(parseCheckpoint(text)).toMatchObject({ size: 302, root: witness.seen.root });
  });

  it("that was away gets the newest when it is back, by a proof from where it was", async () => {
    handOut({ urls: [witness.url] });
    await grow(5);
    await expect.poll(seen).toBe(5);
    await witness.kill();
    for (const more of [1, 1, 500]) await grow(more);
    await witness.start();
    await expect.poll(seen).toBe(507);
    // One may have been on its way just when the witness came back; the one before that it never got.
    expect(new Set(witness.statuses)).toEqual(new Set([200]));
    expect(witness.statuses.length).toBeLessThanOrEqual(3);
  });

  it("that lies behind what we know of it, or ahead by another replica, is met where it is", async () => {
    handOut({ urls: [witness.url] });
    await grow(3);
    await expect.poll(seen).toBe(3);
    const { seen: early } = witness;
    await grow(300);
    await expect.poll(seen).toBe(303);
    // Brought back from a copy.
    witness.seen = early;
    await grow(1);
    await expect.poll(seen).toBe(304);

    const replica = await auditPartsOver(outboxes.database("audit"));
    handOut({ urls: [witness.url] }, replica);
    await grow(2, replica);
    await expect.poll(seen).toBe(306);
    await grow(1);
    await expect.poll(seen).toBe(307);
    expect(witness.statuses.filter((status) => status === 409)).toHaveLength(3);
  });

  it("takes the newest of all when it is offered one that is older than what it has seen", async () => {
    const witnesses = handOut({ urls: [witness.url] });
    await grow(3);
    const old = await parts.checkpoints.last();
    await grow(4);
    await expect.poll(seen).toBe(7);
    const restarted = handOut({ urls: [witness.url] });
    if (old) restarted.offer(old);
    await expect.poll(() => witness.statuses.slice(-2)).toEqual([409, 200]);
    expect(witness.seen.size).toBe(7);
    expect(witnesses.behind()[1]?.leaves).toBe(0);
  });

  it.each([
    [403, "403: signed by nobody I know", "signed by nobody I know"],
    [404, "404: unknown log", "unknown log"],
    [422, "422: the proof doesn't verify", "the proof doesn't verify"],
    [409, "has seen another log of 0 events", "0\n"],
    [409, "has seen 9000 events; the log's last checkpoint has 2", "9000\n"],
    [409, "409 without a size", "what?"],
    [200, "answered with no cosignature", "thanks"],
    [500, "longer than 65536 bytes", "x".repeat(70_000)],
  ])("that answers %i is asked again later, and the log says why: %s", async (status, words, body) => {
    const logged = vi.spyOn(log, "error");
    witness.answersInstead = { status, body };
    handOut({ urls: [witness.url], keys: [witness.key] });
    await grow(2);
    await expect.poll(() => logged.mock.calls.length).toBeGreaterThanOrEqual(2);
    const [fields] = logged.mock.calls[0] as unknown as [{ err: Error; tree_size: number }];
    expect(fields.err.message).toContain(words);
    expect(fields.tree_size).toBe(2);
    witness.answersInstead = undefined;
    await expect.poll(seen).toBe(2);
    await expect.poll(lastNote).toContain("witness.example/w1");
  });

  it("whose signature is wrong, or of a key that nobody gave, is not kept with the checkpoint", async () => {
    const stranger = new TlogWitness("witness.example/w1", parts.signer.verifierKey);
    handOut({ urls: [witness.url], keys: [stranger.key] });
    const warned = vi.spyOn(log, "warn");
    await grow(2);
    await expect.poll(() => warned.mock.calls.length).toBe(1);
    const forged = witness.cosign("another text\n");
    witness.answersInstead = { status: 200, body: forged };
    const logged = vi.spyOn(log, "error");
    handOut({ urls: [witness.url], keys: [witness.key] });
    await grow(1);
    await expect.poll(() => logged.mock.calls.length).toBeGreaterThan(0);
    expect(await lastNote()).not.toContain("witness.example");
  });

  it("that is silent holds up neither sealing nor another witness", async () => {
    const silent = new TlogWitness("silent.example", parts.signer.verifierKey);
    await silent.start();
    silent.isSilent = true;
    const witnesses = handOut({ urls: [silent.url, witness.url] });
    for (const size of [1, 2, 3]) {
      expect(await grow(1)).toBe(size);
      await expect.poll(seen).toBe(size);
    }
    expect(witnesses.behind().map(({ leaves }) => leaves)).toEqual([0, 3, 0]);
    await silent.kill();
  });

  it("hears nothing of a checkpoint that was not committed", async () => {
    handOut({ urls: [witness.url] });
    await outboxes.write("dynamic", [anEvent()]);
    const failing = parts.database.unitOfWork(async () => {
      await parts.sealer.sealAll();
      throw new Error("not this time");
    });
    await expect(failing).rejects.toThrow("not this time");
    await grow(1);
    await expect.poll(seen).toBe(2);
    expect(witness.statuses).toEqual([200]);
  });
});

it("each checkpoint goes to the file and the log stream as it was signed", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "witness-"));
  const file = path.join(folder, "checkpoints.txt");
  const logged = vi.spyOn(log, "info");
  handOut({ file });
  const sizes: number[] = [];
  for (const more of [1, 3, 300]) {
    sizes.push(await grow(more));
    await expect.poll(async () => splitNotes(await readFile(file, "utf8").catch(() => ""))).toHaveLength(sizes.length);
  }
  const verifiers = [parseVerifierKey(parts.signer.verifierKey)];
  const notes = splitNotes(await readFile(file, "utf8"));
  const checkpoints = notes.map((note) => parseCheckpoint(openNote(note, verifiers).text));
  expect(checkpoints.map(({ size }) => size)).toEqual(sizes);
  expect(logged.mock.calls.map(([line]) => line)).toEqual(
    checkpoints.map(({ size, root }, at) => ({
      kind: "audit.checkpoint",
      tree_size: size,
      root_hash: root.toString("hex"),
      note: notes[at],
    })),
  );
  await rm(folder, { recursive: true });
});
