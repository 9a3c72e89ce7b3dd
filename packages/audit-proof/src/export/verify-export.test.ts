import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { sampleEvents, SampleLog, type Json, type SampleExport } from "./fixtures/sample-log.js";
import { verifyExport, type ExportOptions } from "./verify-export.js";
import type { ExportVerdict } from "./verdict.js";

const log = new SampleLog(sampleEvents(23));
const given = { verifierKey: log.signer.verifierKey };

const verify = (lines: readonly string[], options: ExportOptions = given): Promise<ExportVerdict> =>
  verifyExport(() => Readable.from(lines), options);

/** The lines with one of them, or the last, changed by hand. */
const changed = (lines: readonly string[], at: number, change: (line: Json) => Json) =>
  lines.map((line, index) =>
    index === (at < 0 ? lines.length + at : at) ? JSON.stringify(change(JSON.parse(line) as Json)) : line,
  );
const problemsOf = ({ problems }: ExportVerdict) => problems.map(({ kind, leafIndex }) => [kind, leafIndex]);

const ways: [string, SampleExport][] = [
  ["a whole log", {}],
  ["a whole log with proofs", { proofs: true }],
  ["a range in the middle", { range: [5, 17] }],
  ["a range at the end", { range: [9, 23] }],
  ["no leaf at all of a range", { range: [23, 23] }],
  ["some leaves with proofs", { picked: [0, 3, 4, 17, 22], proofs: true }],
  ["events of erased persons", { erased: [0, 1, 2] }],
  ["events of erased persons with proofs", { picked: [1, 2, 5], erased: [1, 2], proofs: true }],
];

describe("an export", () => {
  it.each(ways)("of %s is proven", async (_, options) => {
    const verdict = await verify(await log.export(options));
    expect(verdict).toMatchObject({ status: "proven", problems: [], key: { isGiven: true } });
    expect(verdict.checkpoint).toMatchObject({ origin: "example.org/audit", size: 23 });
  });

  it("says how many events are erased, and what range it holds", async () => {
    const verdict = await verify(await log.export({ range: [5, 17], erased: [5, 6, 7] }));
    expect(verdict).toMatchObject({ events: 12, erased: 2, range: { from: 5, to: 17 } });
  });

  it("is proven by its own key when none is given, which the verdict says", async () => {
    const verdict = await verify(await log.export(), {});
    expect(verdict).toMatchObject({ status: "proven", key: { text: log.signer.verifierKey, isGiven: false } });
  });
});

describe("a changed event is told by its leaf and what is wrong with it", () => {
  it.each([
    ["user_id", { user_id: "0190b6a0-0000-7000-8000-cccccccccccc" }, "user_id, action or another member was changed"],
    ["a member of metadata", { metadata: { note: "fine", at: 5 } }, "user_id, action or another member was changed"],
    ["a member taken out", { action: undefined }, "user_id, action or another member was changed"],
    ["actor_label", { actor_label: "eve@example.org" }, "actor_label does not match its commitment"],
    ["ip", { ip: "192.0.2.2" }, "ip does not match its commitment"],
    ["ip taken out", { ip: null }, "ip does not match its commitment"],
    ["a value in changes", { changes: [{ field: "email", before: "a", after: "b" }] }, "changes does not match"],
    ["a commitment", { actor_commitment: "00".repeat(32) }, "personal.actor does not match actor_commitment"],
    ["a commitment taken out", { actor_commitment: null }, "no commitment is there"],
    ["personal values taken out, the columns left", { personal: {} }, "ip was put in: no commitment stands for it"],
    ["a user agent taken out of them, its column left", { personal: {} }, "user_agent was put in: no commitment"],
    ["leaf_hash", { leaf_hash: "00".repeat(32) }, "leaf_hash"],
    ["a leaf_hash that is none", { leaf_hash: "x" }, "leaf_hash is not 32 bytes"],
    ["a member put in", { verdict: "innocent" }, "verdict was put in: no event has such a member"],
    ["personal values of a stranger", { personal: { bystander: {} } }, "personal holds something else"],
    ["personal values without a salt", { personal: { actor: { values: {} } } }, "a salt in hexadecimal and the values"],
    [
      "a personal value that is none",
      { personal: { actor: { salt: "00", values: { shoe_size: null } } } },
      "shoe_size was put into personal.actor",
    ],
    ["a lone surrogate", { action: "\ud800" }, "can't be written as canonical JSON"],
  ])("%s", async (_, change, message) => {
    for (const options of [{}, { picked: [3, 5, 6], proofs: true }]) {
      const lines = await log.export(options);
      const at = lines.findIndex((line) => line.includes('"leaf_index":5'));
      const verdict = await verify(changed(lines, at, (line) => ({ ...line, ...change })));
      expect(verdict.status).toBe("tampered");
      expect(verdict.problems).toContainEqual({
        leafIndex: 5,
        kind: "MODIFIED",
        message: expect.stringContaining(message) as string,
      });
      expect(new Set(verdict.problems.map(({ leafIndex }) => leafIndex))).toEqual(new Set([5]));
    }
  });

  it("when column and personal value were changed alike", async () => {
    const lines = changed(await log.export(), 5, (line) => ({
      ...JSON.parse(JSON.stringify(line).replaceAll('"192.0.2.1"', '"192.0.2.9"')),
    }));
    expect((await verify(lines)).problems).toEqual([
      {
        leafIndex: 5,
        kind: "MODIFIED",
        message:
          "personal.actor does not match actor_commitment: actor_label, ip, user_agent, the salt or actor_commitment was changed",
      },
    ]);
  });

  it("when a member stands twice", async () => {
    const lines = await log.export();
    const twice = lines.with(5, (lines[5] as string).replace("{", '{"action":"user.delete",'));
    expect((await verify(twice)).problems).toEqual([
      { leafIndex: 5, kind: "MODIFIED", message: "line 6: a member stands twice: one of them was put in" },
    ]);
  });

  it("when its leaf_hash was made to fit, by the proof", async () => {
    const other = new SampleLog(sampleEvents(23).with(5, { stays: { action: "nothing" } }));
    const lines = await log.export({ picked: [4, 5], proofs: true });
    const forged = JSON.parse((await other.export())[5] as string) as Json;
    const verdict = await verify(changed(lines, 1, ({ proof }) => ({ ...forged, proof })));
    expect(verdict.problems).toEqual([
      { leafIndex: 5, kind: "MODIFIED", message: expect.stringContaining("together with its leaf_hash") as string },
    ]);
  });

  it("when its leaf_hash was made to fit in a range without proofs, by the notes around it", async () => {
    const other = new SampleLog(sampleEvents(23).with(5, { stays: { action: "nothing" } }));
    const lines = (await log.export()).with(5, (await other.export())[5] as string);
    const alone = await verify(lines);
    expect(alone.problems).toEqual([
      { leafIndex: null, kind: "MODIFIED", message: expect.stringContaining("the leaves 0 to 22") as string },
    ]);
    const witnessed = await verify(lines, { ...given, checkpoint: log.note(4) + log.note(9) + log.note(20) });
    expect(witnessed.problems).toEqual([
      { leafIndex: null, kind: "MODIFIED", message: expect.stringContaining("the leaves 4 to 8") as string },
    ]);
  });

  it("when its proof was changed, or taken out", async () => {
    const lines = await log.export({ picked: [4, 5, 6, 7], proofs: true });
    const moved = changed(lines, 1, ({ proof, ...line }) => ({ ...line, proof: (proof as string[]).slice(1) }));
    expect(problemsOf(await verify(moved))).toEqual([["MODIFIED", 5]]);
    const without = changed(
      changed(lines, 1, ({ proof: _, ...line }) => line),
      3,
      ({ proof: _, ...line }) => line,
    );
    expect((await verify(without)).problems).toEqual([
      { leafIndex: 5, kind: "MODIFIED", message: "leaf 5 has no proof, nor have 1 others" },
    ]);
  });
});

describe("lines that are not where they belong are told", () => {
  it.each<[string, (lines: string[]) => string[], unknown[][], string]>([
    ["a deleted line", (l) => l.toSpliced(17, 1), [["MISSING", 17]], "leaf 17 is missing between 16 and 18"],
    ["deleted lines", (l) => l.toSpliced(4, 3), [["MISSING", 4]], "the leaves 4 to 6 are missing between 3 and 7"],
    ["a line that stands twice", (l) => l.toSpliced(5, 0, l[5] as string), [["INSERTED", 5]], "leaf 5 stands twice"],
    ["a line put in far off", (l) => l.toSpliced(9, 0, l[2] as string), [["INSERTED", 2]], "leaf 2 stands twice"],
    [
      "two swapped lines",
      (l) => l.with(5, l[6] as string).with(6, l[5] as string),
      [["REORDERED", 6]],
      "leaf 6 stands before leaf 5",
    ],
    [
      "a line moved down",
      (l) => l.toSpliced(12, 0, l[5] as string).toSpliced(5, 1),
      [["REORDERED", 5]],
      "leaf 5 stands after leaf 11",
    ],
    ["a cut tail", (l) => l.toSpliced(20, 3), [["TRUNCATED", 20]], "the leaves 20 to 22 are missing"],
    ["a cut head", (l) => l.slice(2), [["MISSING", 0]], "the leaves 0 to 1 are missing between -1 and 2"],
    [
      "a line after the last",
      (l) => [...l, l[5] as string],
      [["INSERTED", null]],
      "line 25 stands after the last line",
    ],
    [
      "a line that is no JSON",
      (l) => l.with(5, "{"),
      [
        ["MODIFIED", null],
        ["MISSING", 5],
      ],
      "line 6 is not JSON",
    ],
    [
      "another leaf_index",
      (l) => changed(l, 5, (line) => ({ ...line, leaf_index: 99 })),
      [["MODIFIED", 5]],
      "where leaf 5 belongs, leaf_index is 99",
    ],
    [
      "an event that the log doesn't have",
      (l) => l.toSpliced(5, 0, JSON.stringify({ ...JSON.parse(l[5] as string), leaf_index: 99 })),
      [["INSERTED", 99]],
      "leaf 99 is outside of the range, 0 to 22",
    ],
  ])("%s", async (_, tamper, problems, message) => {
    const verdict = await verify(tamper(await log.export()));
    expect(verdict.status).toBe("tampered");
    expect(problemsOf(verdict)).toEqual(problems);
    expect(verdict.problems[0]?.message).toContain(message);
  });

  it.each<[string, (lines: string[]) => string[], unknown[][]]>([
    ["a deleted line", (l) => l.toSpliced(1, 1), [["MISSING", null]]],
    [
      "a line that stands twice",
      (l) => l.toSpliced(1, 0, l[1] as string),
      [
        ["INSERTED", 4],
        ["INSERTED", null],
      ],
    ],
    ["two swapped lines", (l) => l.with(1, l[2] as string).with(2, l[1] as string), [["REORDERED", 4]]],
    [
      "an event that the log doesn't have",
      (l) => changed(l, 3, (line) => ({ ...line, leaf_index: 23 })),
      [
        ["INSERTED", 23],
        ["MODIFIED", 23],
      ],
    ],
  ])("in an export of some leaves: %s", async (_, tamper, problems) => {
    const verdict = await verify(tamper(await log.export({ picked: [2, 4, 7, 9], proofs: true })));
    expect(problemsOf(verdict)).toEqual(problems);
  });
});

describe("a last line that was rewritten is told", () => {
  const closing = (change: (line: Json) => Json, options: SampleExport = {}) =>
    log.export(options).then((lines) => changed(lines, -1, change));
  const cut = (lines: string[], to: number) =>
    changed(lines.toSpliced(to, 23 - to), -1, (line) => ({
      ...line,
      count: to,
      range: { from: 0, to, before: [], after: [] },
    }));

  it("when it hides a cut tail", async () => {
    expect((await verify(cut(await log.export(), 20))).problems).toEqual([
      { leafIndex: 20, kind: "TRUNCATED", message: "the file ends before leaf 20, and the checkpoint has 23 leaves" },
    ]);
  });

  it("when an old checkpoint was put back", async () => {
    const verdict = await verify(await closing((line) => ({ ...line, checkpoint: log.note(20) })));
    expect(problemsOf(verdict)).toEqual([["TRUNCATED", null]]);
    expect(verdict.problems[0]?.message).toContain("an older checkpoint was put in");
  });

  it.each<[string, (line: Json) => Json]>([
    ["a member put in", (line) => ({ ...line, signed_by: "ada" })],
    ["its count", (line) => ({ ...line, count: 22 })],
    [
      "a hash before the range",
      (line) => ({ ...line, range: { from: 5, to: 17, before: ["00".repeat(32)], after: [] } }),
    ],
    ["its range", (line) => ({ ...line, range: { from: 17, to: 5 } })],
    ["its range's end", (line) => ({ ...line, range: { ...(line.range as Json), to: 18 } })],
    [
      "its hashes",
      (line) => ({ ...line, range: { ...(line.range as Json), after: ["00".repeat(32), "00".repeat(32)] } }),
    ],
    ["what its consistency is", (line) => ({ ...line, consistency: [] })],
    ["what its checkpoint is", (line) => ({ ...line, checkpoint: 7 })],
  ])("in %s", async (_, change) => {
    expect((await verify(await closing(change, { range: [5, 17] }))).status).toBe("tampered");
  });

  it.each<[string, (note: string) => string]>([
    ["signature", (note) => note.replace(/.{5}=\n$/, "AAAA=\n")],
    ["root", (note) => note.replace(/\n(.)/g, "\nA")],
    ["size", (note) => note.replace("\n23\n", "\n24\n")],
    ["text", () => "hello"],
  ])("in its checkpoint's %s", async (_, change) => {
    const verdict = await verify(await closing((line) => ({ ...line, checkpoint: change(line.checkpoint as string) })));
    expect(verdict.status).toBe("tampered");
    expect(verdict.problems).toContainEqual(expect.objectContaining({ kind: "BAD_SIGNATURE" }));
  });

  it("when all of it was signed anew, by the key given", async () => {
    const forged = new SampleLog(sampleEvents(23).with(5, { stays: { action: "nothing" } }), log.origin, "another");
    expect((await verify(await forged.export(), {})).status).toBe("proven");
    const verdict = await verify(await forged.export());
    expect(problemsOf(verdict)).toEqual([
      ["BAD_SIGNATURE", null],
      ["BAD_SIGNATURE", null],
    ]);
  });

  it("when its checkpoint stands there twice", async () => {
    const lines = await log.export();
    const twice = lines.with(-1, (lines.at(-1) as string).replace("{", '{"checkpoint":"another",'));
    expect((await verify(twice)).problems).toEqual([
      { leafIndex: null, kind: "MODIFIED", message: "the last line: a member stands twice: one of them was put in" },
    ]);
  });

  it("when its key is none", async () => {
    const verdict = await verify(await closing((line) => ({ ...line, verifier_key: "x" })), {});
    expect(problemsOf(verdict)).toEqual([["BAD_SIGNATURE", null]]);
  });
});

describe("a witness's checkpoint", () => {
  const forked = new SampleLog(sampleEvents(23).with(5, { stays: { action: "nothing" } }));
  const against = (checkpoint: string, lines: Promise<string[]>) =>
    lines.then((all) => verify(all, { ...given, checkpoint }));

  it.each<[string, string, SampleExport]>([
    ["the same size", log.note(23), { picked: [2], proofs: true }],
    ["an earlier one, by the leaves of a range", log.note(20), { range: [5, 23] }],
    ["the size at the range's start", log.note(5), { range: [5, 23] }],
    ["nothing", log.note(0), {}],
    ["an earlier one, by the file's proof", log.note(9), { picked: [12], proofs: true, consistencyFrom: 9 }],
    ["many sizes", [3, 9, 20, 23].map((size) => log.note(size)).join("\n"), {}],
    ["later sizes too", log.note(23) + log.note(12), { range: [2, 9], size: 12 }],
  ])("of %s says that it is the same log", async (_, checkpoint, options) => {
    expect(await against(checkpoint, log.export(options))).toMatchObject({ status: "proven", problems: [] });
  });

  it.each<[string, string, SampleExport]>([
    ["the same size", log.note(23), { picked: [2], proofs: true }],
    ["an earlier one, by the leaves of a range", log.note(20), {}],
    ["an earlier one, by the file's proof", log.note(9), { picked: [12], proofs: true, consistencyFrom: 9 }],
  ])("of %s tells a forked history", async (_, checkpoint, options) => {
    const verdict = await against(checkpoint, forked.export(options));
    expect(problemsOf(verdict)).toEqual([["FORKED", null]]);
  });

  it("agrees with a fork as far as that is the same", async () => {
    expect((await against(log.note(5), forked.export())).status).toBe("proven");
    expect(problemsOf(await against(log.note(5) + log.note(6), forked.export()))).toEqual([["FORKED", null]]);
  });

  it("tells two notes of one size that contradict each other", async () => {
    const verdict = await against(log.note(30 - 7) + forked.note(23), log.export());
    expect(verdict.problems).toEqual([
      { leafIndex: null, kind: "FORKED", message: "two of the notes given have 23 leaves and different roots" },
    ]);
  });

  it("of another log is not this log's", async () => {
    const other = new SampleLog(sampleEvents(23), "example.com/other");
    const verdict = await against(other.note(), log.export());
    expect(verdict.problems).toEqual([
      {
        leafIndex: null,
        kind: "FORKED",
        message: "the note given is of the log example.com/other, the file of example.org/audit",
      },
    ]);
  });

  it("that somebody else signed is no witness", async () => {
    const other = new SampleLog(sampleEvents(23), log.origin, "another");
    expect(problemsOf(await against(other.note(), log.export()))).toEqual([["BAD_SIGNATURE", null]]);
  });

  it.each<[string, string, SampleExport]>([
    ["later", log.note(23), { size: 20 }],
    ["earlier than a range", log.note(4), { range: [5, 23] }],
    ["earlier than some leaves without a proof of consistency", log.note(4), { picked: [1], proofs: true }],
  ])("that is %s can't be compared, which is not a proof", async (_, checkpoint, options) => {
    const verdict = await against(checkpoint, log.export(options));
    expect(verdict).toMatchObject({ status: "unreadable", problems: [], compared: [] });
    expect(verdict.reason).toContain("can't be compared with the checkpoint given");
  });

  it.each([
    ["", "is empty"],
    ["hello", "The checkpoint given is no checkpoint"],
    [log.note() + "log\n12\n", "Note 2 of those given is no checkpoint"],
    [log.signer.sign("hello\n"), "an origin, a size and a root hash"],
  ])("is not %j", async (checkpoint, message) => {
    const verdict = await against(checkpoint, log.export());
    expect(verdict.status).toBe("unreadable");
    expect(verdict.reason).toContain(message);
  });
});

describe("a file is unreadable", () => {
  it.each<[string, string[], string]>([
    ["when it is empty", [], "The file is empty"],
    ["when it is empty lines", ["", ""], "The file is empty"],
    ["when it is csv", ["leaf_index,id,occurred_at", "1,2,3"], "This looks like a csv export"],
    ["when it is OCSF", ['{"class_uid":3002,"metadata":{"version":"1.3.0"}}'], "This is an OCSF export"],
    ["when it is a JSON array", ['[{"leaf_index":1}]'], "Line 1 is not JSON: this is not an export in ndjson"],
    ["when it is other JSON", ['{"hello":1}'], "Line 1 is JSON, but no event of an audit log"],
    ["when it is something else", ["\u0000PNG", "x"], "Line 1 is not JSON"],
    ["when it is cut in its first line", ['{"id":"0190'], "The file ends in the middle of line 1"],
  ])("%s", async (_, lines, reason) => {
    const verdict = await verify(lines);
    expect(verdict.status).toBe("unreadable");
    expect(verdict.reason).toContain(reason);
  });

  it("when it was cut", async () => {
    const lines = await log.export();
    expect((await verify(lines.slice(0, 9))).reason).toContain("The file ends after line 9, without its last line");
    const middle = [...lines.slice(0, 9), lines[9]?.slice(0, 50) as string];
    expect((await verify(middle)).reason).toContain("The file ends in the middle of line 10");
  });

  it("when it is of another version", async () => {
    const lines = changed(await log.export(), -1, (line) => ({ ...line, version: 2 }));
    expect((await verify(lines)).reason).toContain("This export is of version 2, and what reads it knows version 1");
  });

  it("when it has neither proofs nor a whole range", async () => {
    const verdict = await verify(await log.export({ picked: [1, 5] }));
    expect(verdict.status).toBe("unreadable");
    expect(verdict.reason).toContain("export again with proofs=true, or without a filter");
  });

  it("when there is nothing in it to prove", async () => {
    expect((await verify(await log.export({ picked: [] }))).reason).toContain("there is nothing to prove");
  });

  it("when the key given is none", async () => {
    expect((await verify(await log.export(), { verifierKey: "hello" })).reason).toContain("The key given is none");
  });
});
