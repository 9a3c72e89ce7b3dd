import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runAuditVerify } from "./command.js";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../packages/audit-proof/src/export/fixtures/version-1.${name}`, import.meta.url));
const [file, notes, keyFile] = [fixture("ndjson"), fixture("notes"), fixture("key")];
const key = readFileSync(keyFile, "utf8").trim();

const said = vi.spyOn(console, "log").mockReturnValue();
const complained = vi.spyOn(console, "error").mockReturnValue();

async function run(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const code = await runAuditVerify(args);
  const wordsOf = (spy: typeof said) => spy.mock.calls.flat().join("\n");
  const words = { code, said: wordsOf(said), complained: wordsOf(complained) };
  said.mockClear();
  complained.mockClear();
  return words;
}

describe("the command line", () => {
  let directory: string;
  const written = (name: string, text: string | Buffer) => {
    const target = path.join(directory, name);
    writeFileSync(target, text);
    return target;
  };
  beforeAll(() => void (directory = mkdtempSync(path.join(tmpdir(), "audit-verify-"))));
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    ["a file alone", [file], "No key was given"],
    ["with the key", [file, "--key", key], "It holds every leaf from 2 to 11."],
    ["with the key in a file", [file, "--key", keyFile], "It holds every leaf from 2 to 11."],
    ["with a witness's copy", [file, "--checkpoint", notes], "as it was with 12 leaves"],
  ])("proves %s with exit code 0", async (_, args, words) => {
    const { code, said, complained } = await run(...args);
    expect({ code, complained }).toEqual({ code: 0, complained: "" });
    expect(said).toMatch(/^PROVEN: 10 events of the log example.org\/audit/);
    expect(said).toContain(words);
  });

  it("names the leaf that was tampered with, with exit code 1", async () => {
    const tampered = readFileSync(file, "utf8").replace('"leaf_index":6', '"leaf_index":7');
    const { code, said } = await run(written("tampered.ndjson", tampered), "--key", key);
    expect(code).toBe(1);
    expect(said).toContain("leaf 6, MODIFIED: where leaf 6 belongs, leaf_index is 7");
  });

  it.each<[string, () => string[], string]>([
    ["no file", () => [], "Which file?"],
    ["two files", () => [file, file], "One file at a time"],
    ["a file and the database", () => [file, "--database"], "Either the database or the file"],
    ["a leaf that is none", () => ["--database", "--from", "x"], '"x" is no leaf'],
    ["a range of a file", () => [file, "--from", "1"], "--from and --to are for the database"],
    ["an unknown option", () => [file, "--force"], "Unknown option '--force'"],
    ["an option without its value", () => [file, "--key"], "argument missing"],
    ["a file that isn't there", () => ["nowhere.ndjson"], "There is no file nowhere.ndjson."],
    ["a directory", () => [directory], "is a directory"],
    ["a note that isn't there", () => [file, "--checkpoint", "nowhere.note"], "There is no file nowhere.note."],
    ["a note that is none", () => [file, "--checkpoint", file], "The checkpoint given is no checkpoint"],
    ["a key that is none", () => [file, "--key", notes], "The key given is none"],
    ["an empty file", () => [written("empty.ndjson", "")], "The file is empty"],
    ["a file of bytes", () => [written("bytes.ndjson", Buffer.from([0xff, 0xfe, 0x00]))], "is not UTF-8"],
    [
      "a file that was cut",
      () => [written("cut.ndjson", readFileSync(file).subarray(0, 3000))],
      "without its last line, the checkpoint",
    ],
  ])("answers %s with exit code 2 and says what is wrong", async (_, args, words) => {
    const { code, said, complained } = await run(...args());
    expect(code).toBe(2);
    expect(said + complained).toContain(words);
  });
});
