import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../leaf/canonical-json.js";
import { ambiguityOf } from "./ambiguity.js";
import { SampleLog, type Json, type SampleEvent } from "./fixtures/sample-log.js";
import { verifyExport } from "./verify-export.js";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("ada@example.org", "192.0.2.1", "null", "é€😀", "\\u0041"),
);
const optional = fc.option(text);
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const changes = fc.array(fc.record({ field: text, before: json, after: json }), { minLength: 1, maxLength: 3 });

const stays = fc.record({
  id: fc.uuid(),
  occurred_at: fc.constant("2026-11-28T09:00:00.000123Z"),
  sealed_at: fc.constant("2026-11-28T09:00:00.500123Z"),
  action: text,
  user_id: fc.option(fc.uuid()),
  entity_version: fc.option(fc.nat()),
  changes: fc.array(fc.record({ field: text, before: json, after: json }), { maxLength: 2 }),
  metadata: fc.option(fc.dictionary(text, json, { maxKeys: 3 })),
  schema_version: fc.constant(1),
});
const actor = fc.record({ actor_label: optional, ip: optional, user_agent: optional });
const target = fc.record({ entity_label: optional, reason: optional, changes });
const event: fc.Arbitrary<SampleEvent> = fc.record({
  stays,
  personal: fc.record({ actor, target }, { requiredKeys: [] }),
});

const anExport = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 9 }),
  isPicked: fc.boolean(),
  proofs: fc.boolean(),
  erased: fc.array(fc.nat(9)),
});

/** Whether two lines say the same: a letter and its escape, 1e3 and 1E3 do. */
function saysTheSame(one: string, other: string): boolean {
  try {
    const [before, after] = [JSON.parse(one) as Json, JSON.parse(other) as Json];
    // The filter that the last line names is there to be read: a filtered export proves each event alone.
    const isSame = canonicalJson({ ...before, filter: null }) === canonicalJson({ ...after, filter: null });
    return isSame && ambiguityOf(other, after) === undefined;
  } catch {
    return false;
  }
}

describe("of any export", { timeout: 60_000 }, () => {
  it("no change of a single character within a line goes unnoticed", async () => {
    await fc.assert(
      fc.asyncProperty(anExport, fc.nat(), fc.nat(), fc.nat(0xffff), async (made, line, place, to) => {
        const log = new SampleLog(made.events);
        const picked = made.events.map((_, at) => at).filter((at) => at % 2 === 0);
        const lines = await log.export({
          erased: made.erased,
          proofs: made.proofs || made.isPicked,
          ...(made.isPicked && { picked }),
        });
        const verify = (all: string[]) =>
          verifyExport(() => Readable.from(all), { verifierKey: log.signer.verifierKey });
        expect(await verify(lines)).toMatchObject({ status: "proven", problems: [] });

        const at = line % lines.length;
        const before = lines[at] as string;
        const code = place % before.length;
        const other = String.fromCharCode(to % 2 === 0 ? 0x20 + (to % 95) : to);
        const after = before.slice(0, code) + other + before.slice(code + 1);
        fc.pre(!after.includes("\n") && !saysTheSame(before, after));
        expect((await verify(lines.with(at, after))).status).not.toBe("proven");
      }),
      { numRuns: 300 },
    );
  });

  it("no line taken out, put in twice or moved goes unnoticed when it holds a whole range", async () => {
    await fc.assert(
      fc.asyncProperty(anExport, fc.nat(), fc.nat(), fc.constantFrom(0, 1), async (made, taken, put, copies) => {
        const log = new SampleLog(made.events);
        const lines = await log.export({ proofs: made.proofs, erased: made.erased });
        const events = lines.slice(0, -1);
        const from = taken % events.length;
        const line = events[from] as string;
        const without = copies === 0 ? events.toSpliced(from, 1) : events;
        const to = put % (events.length + 1);
        const moved = [...without.toSpliced(to, 0, line), ...lines.slice(-1)];
        fc.pre(moved.join("\n") !== lines.join("\n"));
        const { status } = await verifyExport(() => Readable.from(moved));
        expect(status).toBe("tampered");
        const short = [...events.toSpliced(from, 1), ...lines.slice(-1)];
        expect((await verifyExport(() => Readable.from(short))).status).not.toBe("proven");
      }),
    );
  });
});
