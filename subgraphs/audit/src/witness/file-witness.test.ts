import { generateKeyPairSync } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { formatCheckpoint, NoteSigner, openNote, parseVerifierKey, splitNotes } from "@supergraph/audit-proof";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import { FileWitness } from "./file-witness.js";

const origin = "example.com/audit";
const signer = new NoteSigner(origin, generateKeyPairSync("ed25519").privateKey);
const root = Buffer.alloc(32, 5);

function checkpointOf(size: number): CheckpointRow {
  const note = signer.sign(formatCheckpoint({ origin, size, root, signedAt: new Date(1_760_000_000_000) }));
  return { tree_size: String(size), root_hash: root, signed_at: new Date(), note };
}
const entryOf = (size: number) => `${checkpointOf(size).note}\n`;

describe("a file of checkpoints", () => {
  let folder: string;
  let file: string;
  const read = () => readFileSync(file, "utf8");
  const take = (size: number) => new FileWitness(file, origin).take(checkpointOf(size));

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "witness-"));
    file = path.join(folder, "checkpoints.txt");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("holds them one after another, an empty line after each, and each opens", async () => {
    for (const size of [1, 2, 3]) await take(size);
    expect(read()).toBe(entryOf(1) + entryOf(2) + entryOf(3));
    const verifiers = [parseVerifierKey(signer.verifierKey)];
    expect(splitNotes(read()).map((note) => openNote(note, verifiers).text.split("\n")[1])).toEqual(["1", "2", "3"]);
  });

  it("takes the last one again without a second copy, cosigned or not", async () => {
    await take(1);
    await take(1);
    const { note, ...others } = checkpointOf(1);
    await new FileWitness(file, origin).take({ ...others, note: `${note}— w.example AAAAAAAAAAAA\n` });
    expect(read()).toBe(entryOf(1));
  });

  it("is whole again after a crash, wherever that has torn the last one", async () => {
    const [first, torn] = [Buffer.from(entryOf(1)), Buffer.from(entryOf(2))];
    for (let length = 0; length <= torn.length; length++) {
      writeFileSync(file, Buffer.concat([first, torn.subarray(0, length)]));
      await take(3);
      const isSigned = length >= torn.length - 1;
      expect(read()).toBe(entryOf(1) + (isSigned ? entryOf(2) : "") + entryOf(3));
    }
  });

  it("is whole again when the first one was torn, or a cosigned one", async () => {
    writeFileSync(file, entryOf(1).slice(0, 30));
    await take(2);
    expect(read()).toBe(entryOf(2));
    appendFileSync(file, `${checkpointOf(3).note}— w.example AAAAAAAAAAAA\n`);
    truncateSync(file, Buffer.byteLength(read()) - 5);
    await take(4);
    expect(read()).toBe(entryOf(2) + entryOf(4));
  });

  it("stays readable at its end when it is long", async () => {
    const many = Array.from({ length: 600 }, (_, size) => entryOf(size + 1)).join("");
    writeFileSync(file, many + entryOf(601).slice(0, 50));
    await take(602);
    expect(read()).toBe(many + entryOf(602));
  });

  it.each([
    ["something else", "root:x:0:0\n"],
    ["another log's checkpoints", entryOf(1).replaceAll(origin, "example.com/other")],
    ["much else", "x".repeat(100_000)],
  ])("is left alone when it holds %s", async (_, content) => {
    writeFileSync(file, content);
    await expect(take(1)).rejects.toThrow("doesn't end in a checkpoint of example.com/audit");
    expect(read()).toBe(content);
  });
});
