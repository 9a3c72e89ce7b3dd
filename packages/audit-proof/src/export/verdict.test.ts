import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { sampleEvents, SampleLog, type SampleExport } from "./fixtures/sample-log.js";
import { describeVerdict, exitCodeOf } from "./verdict.js";
import { verifyExport, type ExportOptions } from "./verify-export.js";

const log = new SampleLog(sampleEvents(23));
const { verifierKey } = log.signer;

const said = async (lines: string[], options: ExportOptions = { verifierKey }) => {
  const verdict = await verifyExport(() => Readable.from(lines), options);
  return { code: exitCodeOf(verdict), words: describeVerdict(verdict).split("\n") };
};
const exported = (options: SampleExport) => log.export(options);

describe("a verdict in words", () => {
  it("says of a proven export what it holds, and when its log was signed", async () => {
    expect(await said(await exported({ range: [5, 17], erased: [5] }))).toEqual({
      code: 0,
      words: [
        "PROVEN: 12 events of the log example.org/audit, as it was signed at 2026-11-28T09:00:23.000Z with 23 leaves.",
        "It holds every leaf from 5 to 16. The log's leaves 17 to 22 are not in it.",
        "Of 1 event, personal values are erased or left out; what remains is proven.",
      ],
    });
  });

  it("says of a filtered one what it doesn't prove, and which key is to be compared", async () => {
    const { words } = await said(await exported({ picked: [3], proofs: true }), { checkpoint: log.note() });
    expect(words).toEqual([
      "PROVEN: 1 event of the log example.org/audit, as it was signed at 2026-11-28T09:00:23.000Z with 23 leaves.",
      "The filter itself is not proven: that no other event matches it can't be told from the file.",
      "It is the log of the checkpoint given, as it was with 23 leaves.",
      `No key was given: the signature was checked with the file's own, which whoever forges a file can put there. Compare it with the operator's, or give that by --key: ${verifierKey}`,
    ]);
  });

  it("says of a tampered one which leaf and how", async () => {
    const lines = (await exported({})).toSpliced(17, 1);
    expect(await said([...lines, "{}"])).toEqual({
      code: 1,
      words: [
        "TAMPERED: 2 problems in 23 events.",
        "  INSERTED: line 24 stands after the last line",
        "  leaf 17, MISSING: leaf 17 is missing between 16 and 18",
      ],
    });
  });

  it("lists the first hundred problems, and counts the others", async () => {
    const large = new SampleLog(sampleEvents(110));
    const lines = (await large.export()).map((line) => line.replace("user.update", "user.delete"));
    const { words } = await said(lines, { verifierKey: large.signer.verifierKey });
    expect(words[0]).toBe("TAMPERED: 110 problems in 110 events.");
    expect(words.at(-1)).toBe("  and 10 more");
    expect(words).toHaveLength(102);
  });

  it("says of an unreadable one why, and what to do instead", async () => {
    expect(await said([])).toEqual({
      code: 2,
      words: ["UNREADABLE: The file is empty. Export again with format=ndjson, and let it come to its end."],
    });
  });
});
