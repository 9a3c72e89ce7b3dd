import { CompactRange, splitNotes } from "@supergraph/audit-proof";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { ada, bob, tamperableLog, sealWithCheckpoints } from "../fixtures/tamperable-log.fixture.js";
import { Problems } from "./problems.js";
import { recomputedHash, type StoredEvent } from "./stored-event.js";

let log: Awaited<ReturnType<typeof tamperableLog>>;

beforeAll(async () => {
  log = await tamperableLog();
});
afterEach(() => log.restore());
afterAll(() => log.close());

/** What is found, against a witness's copy of all checkpoints when there is one: kind, leaf and words. */
async function found(witness = "", range: { from?: number; to?: number } = {}) {
  const problems = new Problems();
  const { verifier } = log.parts;
  const witnessed = verifier.openWitnessed(splitNotes(witness), problems);
  await verifier.verify({ ...range, witnessed, problems });
  return problems.list.map(({ kind, leafIndex, message }) => [kind, leafIndex, message]);
}

function rootOf(hashes: Buffer): string {
  const range = new CompactRange();
  for (let at = 0; at < hashes.length; at += 32) range.append(hashes.subarray(at, at + 32));
  return range.root().toString("hex");
}

const words = (text: string): unknown => expect.stringContaining(text);

describe("a log that nobody has touched", () => {
  it("is proven, against a witness's copy as well, and has the root of its head", async () => {
    const { verifier, tree } = log.parts;
    expect(await found(await log.notes())).toEqual([]);
    const head = await tree.head();
    const whole = await verifier.verify({});
    expect([whole.from, whole.to]).toEqual([0, 600]);
    expect(whole.root).toEqual(head.root);
  });

  it("is proven in any range", async () => {
    for (const [from, to] of [
      [0, 1],
      [255, 257],
      [256, 512],
      [511, 600],
      [300, 300],
      [600, 600],
    ] as const)
      expect(await found(await log.notes(), { from, to })).toEqual([]);
  });

  it("is proven after people were erased", async () => {
    await log.parts.people.erase(bob, ["bob@example.com"]);
    await log.parts.people.erase(ada, ["eve@x.org"]);
    expect(await found(await log.notes())).toEqual([]);
  });
});

describe("an event that was changed", () => {
  it.each([
    ["outcome = 'denied'", 3],
    ["occurred_at = occurred_at + interval '1 microsecond'", 10],
    ["metadata = '{}'", 5],
    ["user_id = null", 0],
    ["target_commitment = sha256('')", 1],
    ["entity_version = null", 599],
  ])("is named: %s", async (change, leaf) => {
    await log.tamper(`update audit.event set ${change} where leaf_index = ${leaf}`);
    expect(await found()).toContainEqual(["MODIFIED", leaf, words("a column of the event was changed after sealing")]);
  });

  it("is named when its hash was changed with it", async () => {
    await log.tamper("update audit.event set action = 'product.delete' where leaf_index = 40");
    const [row] = await log.parts.verifications.events(40, 41);
    const hash = recomputedHash(row as StoredEvent).toString("hex");
    await log.tamper(`update audit.event set leaf_hash = '\\x${hash}' where leaf_index = 40`);
    expect(await found()).toContainEqual(["MODIFIED", 40, words("the event and its hash were replaced")]);
  });

  it("is named when its hash alone was changed", async () => {
    await log.tamper("update audit.event set leaf_hash = sha256('other') where leaf_index = 40");
    expect(await found()).toEqual([["MODIFIED", 40, words("its leaf_hash was changed")]]);
  });

  it("right of the last complete tile is named as well, with its hash or by it alone", async () => {
    await log.tamper("update audit.event set leaf_hash = sha256('other') where leaf_index = 590");
    await log.tamper("update audit.event set action = 'product.delete' where leaf_index = 580");
    const [row] = await log.parts.verifications.events(580, 581);
    const hash = recomputedHash(row as StoredEvent).toString("hex");
    await log.tamper(`update audit.event set leaf_hash = '\\x${hash}' where leaf_index = 580`);
    expect(await found()).toEqual([
      ["MODIFIED", 590, words("its leaf_hash was changed")],
      ["MODIFIED", 580, words("the event and its hash were replaced")],
    ]);
  });

  it("right of the last complete tile, with all that tells its hash, is named by the checkpoints around it", async () => {
    await log.tamper(
      "update audit.event set leaf_hash = sha256('other') where leaf_index = 590",
      "update audit.tree set last_leaves = overlay(last_leaves placing sha256('other') from 32 * 78 + 1)",
    );
    const problems = await found();
    expect(problems).toContainEqual(["FORKED", 500, words("leaves from 500 to 599 are not what they were")]);
    expect(problems).toContainEqual(["MODIFIED", 500, words("The head of the tree of 600 leaves has another root")]);
  });

  it("beside the tree's head is named: its hashes alone", async () => {
    await log.tamper("update audit.tree set last_leaves = overlay(last_leaves placing sha256('other') from 33)");
    expect(await found()).toEqual([["MODIFIED", 512, words("hashes of leaves 512 to 599 beside the tree's head")]]);
  });

  it("is not seen in a range beside it, and seen in its own", async () => {
    await log.tamper("update audit.event set outcome = 'denied' where leaf_index = 300");
    expect(await found("", { from: 0, to: 300 })).toEqual([]);
    expect(await found("", { from: 301 })).toEqual([]);
    expect(await found("", { from: 300, to: 301 })).toEqual([["MODIFIED", 300, words("a column")]]);
  });
});

describe("events that are gone, added, or elsewhere", () => {
  it("a deleted row is named, neighbours together", async () => {
    await log.tamper("delete from audit.event where leaf_index in (7, 8, 9, 300)");
    expect(await found()).toEqual([
      ["MISSING", 7, words("events of leaves 7 to 9 are gone")],
      ["MISSING", 300, words("event of leaf 300 is gone")],
    ]);
  });

  it("a deleted row right of the last tile is named", async () => {
    await log.tamper("delete from audit.event where leaf_index = 550");
    expect(await found()).toContainEqual(["MISSING", 550, words("event of leaf 550 is gone")]);
  });

  it("a row inserted beside another is named", async () => {
    await log.tamper("create temporary table copy as select * from audit.event where leaf_index = 20");
    await log.tamper(
      "select audit.ensure_partition(30, '2026-10-01Z')",
      `insert into audit.event select (jsonb_populate_record(e, '{"retention_days": 30, "id": "01900000-0000-7000-8000-00000000ffff"}')).*
       from audit.event e where leaf_index = 20`,
    );
    expect(await found()).toContainEqual(["INSERTED", 20, words("01900000-0000-7000-8000-00000000ffff")]);
  });

  it("a row inserted beyond the end is named", async () => {
    await log.tamper(
      `insert into audit.event select (jsonb_populate_record(e, '{"leaf_index": 600, "id": "01900000-0000-7000-8000-00000000ffff"}')).*
       from audit.event e where leaf_index = 599`,
    );
    expect(await found()).toContainEqual(["INSERTED", 600, words("beyond the log's tree")]);
  });

  it("a row inserted between two, all later ones moved on, is named by what stands in another's place", async () => {
    await log.tamper(
      "update audit.event set leaf_index = leaf_index + 10001 where leaf_index >= 100",
      "update audit.event set leaf_index = leaf_index - 10000 where leaf_index >= 10000",
      `insert into audit.event select (jsonb_populate_record(e, '{"leaf_index": 100, "id": "01900000-0000-7000-8000-00000000ffff"}')).*
       from audit.event e where leaf_index = 99`,
    );
    const problems = await found();
    expect(problems).toContainEqual(["MODIFIED", 100, words("01900000-0000-7000-8000-00000000ffff")]);
    expect(problems).toContainEqual(["REORDERED", 101, words("sealed as leaf 100")]);
  });

  it("two that were swapped are named", async () => {
    await log.tamper(
      "update audit.event set leaf_index = 9000 where leaf_index = 30",
      "update audit.event set leaf_index = 30 where leaf_index = 33",
      "update audit.event set leaf_index = 33 where leaf_index = 9000",
    );
    expect(await found()).toEqual([
      ["REORDERED", 30, words("sealed as leaf 33")],
      ["REORDERED", 33, words("sealed as leaf 30")],
    ]);
  });

  it("an event that was moved to the end is named there", async () => {
    await log.tamper("update audit.event set leaf_index = 9000 where leaf_index = 30");
    const problems = await found();
    expect(problems).toContainEqual(["MISSING", 30, words("is gone")]);
    expect(problems).toContainEqual(["REORDERED", 9000, words("sealed as leaf 30")]);
  });

  it("an event that was moved to those that end sooner is named", async () => {
    await log.tamper(
      "select audit.ensure_partition(30, '2026-10-01Z')",
      "update audit.event set retention_days = 30 where leaf_index = 60",
    );
    expect(await found()).toEqual([["MODIFIED", 60, words("moved to the events that are kept for 30 days")]]);
  });

  it("those that retention removed are no problem when a sealed event tells, and only then", async () => {
    await log.tamper("delete from audit.event where leaf_index between 10 and 19");
    const retire = `insert into audit.audit_outbox (id, service, action, outcome, actor_type, path, schema_version, metadata)
      values ('01900000-0000-7000-8000-00000000eeee', 'audit', 'audit.retire', 'success', 'system', 'retention', 1, '{"leaves": [[10, 20]]}')`;
    expect(await found()).toEqual([["MISSING", 10, words("leaves 10 to 19")]]);
    await log.tamper(retire);
    await sealWithCheckpoints(await auditPartsOver(log.audit));
    expect(await found()).toEqual([]);
    await log.tamper(`update audit.event set metadata = '{"leaves": [[10, 30]]}' where action = 'audit.retire'`);
    expect(await found()).toEqual([
      ["MISSING", 10, words("leaves 10 to 19")],
      ["MODIFIED", 600, words("a column")],
    ]);
  });
});

describe("the tree and its checkpoints", () => {
  it("a changed hash in a tile is named, and the event is cleared", async () => {
    await log.tamper(
      "update audit.tile set hashes = set_byte(hashes, 32 * 5, 1 # get_byte(hashes, 32 * 5)) where index = 1",
    );
    expect(await found()).toEqual([["MODIFIED", 261, words("the events are as they were sealed")]]);
  });

  it("a tile that was rewritten with its event is named by the checkpoints around it", async () => {
    await log.tamper("update audit.event set action = 'product.delete' where leaf_index = 340");
    const [row] = await log.parts.verifications.events(340, 341);
    const hash = recomputedHash(row as StoredEvent).toString("hex");
    const [tile] = await log.parts.verifications.tiles(0, 1, 2);
    const hashes = Buffer.from(tile?.hashes ?? []);
    hashes.write(hash, 84 * 32, "hex");
    await log.tamper(
      `update audit.event set leaf_hash = '\\x${hash}' where leaf_index = 340`,
      `update audit.tile set hashes = '\\x${hashes.toString("hex")}', root = '\\x${rootOf(hashes)}' where index = 1`,
    );
    const problems = await found();
    expect(problems).toContainEqual(["FORKED", 300, words("leaves from 300 to 399 are not what they were")]);
    expect(problems).toContainEqual(["FORKED", undefined, words("2 later checkpoints")]);
    expect(problems).toContainEqual(["MODIFIED", 300, words("The head of the tree")]);
  });

  it("another root of a tile is named", async () => {
    await log.tamper("update audit.tile set root = sha256('other') where index = 1");
    expect(await found()).toEqual([["MODIFIED", 256, words("hashes or the root of the tile of leaves 256 to 511")]]);
  });

  it("a tile that is gone is named", async () => {
    await log.tamper("delete from audit.tile where index = 0");
    expect(await found()).toEqual([["MISSING", 0, words("The tile of leaves 0 to 255 is gone")]]);
  });

  it("another root in the head is named", async () => {
    await log.tamper("update audit.tree set root = sha256('other')");
    expect(await found()).toEqual([["MODIFIED", undefined, words("The head of the tree of 600 leaves")]]);
  });

  it("a changed note is named", async () => {
    await log.tamper(
      "update audit.checkpoint set note = replace(note, 'signed-at 20', 'signed-at 19') where tree_size = 300",
    );
    expect(await found()).toEqual([["BAD_SIGNATURE", undefined, words("the checkpoint of 300 leaves")]]);
  });

  it("another root beside the note is named", async () => {
    await log.tamper("update audit.checkpoint set root_hash = sha256('other') where tree_size = 300");
    expect(await found()).toEqual([["MODIFIED", undefined, words("root or time differ from its signed note")]]);
  });

  it("an old checkpoint in the place of a newer one is named", async () => {
    await log.tamper(
      "update audit.checkpoint set note = (select note from audit.checkpoint where tree_size = 300) where tree_size = 600",
    );
    expect(await found()).toEqual([["MODIFIED", undefined, words("stands the note of 300 leaves")]]);
  });

  it("an old checkpoint put back as the newest is named", async () => {
    await log.tamper(
      "delete from audit.checkpoint where tree_size > 300",
      "update audit.event set sealed_at = sealed_at - interval '2 minutes' where leaf_index = 300",
    );
    expect(await found()).toContainEqual(["TRUNCATED", 300, words("newer checkpoints were removed")]);
  });

  const cut = [
    "delete from audit.event where leaf_index >= 300",
    "delete from audit.tile where index > 0",
    "update audit.tree set size = 300, root = (select root_hash from audit.checkpoint where tree_size = 300)",
    "update audit.tree set last_leaves = (select string_agg(leaf_hash, '' order by leaf_index) from audit.event where leaf_index >= 256)",
  ];

  it("a tail that was cut is named by the checkpoints that are left, and by tiles", async () => {
    await log.tamper(...cut);
    expect(await found()).toContainEqual(["TRUNCATED", 300, words("fewer than the checkpoint of 600 leaves")]);
    await log.tamper("delete from audit.checkpoint where tree_size > 300");
    await log.tamper("insert into audit.tile select * from saved.tile where index = 1");
    expect(await found()).toEqual([["TRUNCATED", 300, words("Tile 1 of level 0 reaches beyond")]]);
  });

  it("a tail that was cut with its checkpoints is named by a witness's copy alone", async () => {
    await log.tamper(...cut, "delete from audit.checkpoint where tree_size > 300");
    expect(await found()).toEqual([]);
    expect(await found(await log.notes())).toEqual(
      [400, 500, 600].map((size) => ["TRUNCATED", 300, words(`fewer than the witness's checkpoint of ${size} leaves`)]),
    );
  });
});

describe("a whole forked history", () => {
  const empty = [
    `insert into audit.audit_outbox (id, occurred_at, service, action, outcome, actor_type, path, schema_version)
     select id, occurred_at, service, action, 'denied', actor_type, path, schema_version from audit.event`,
    ...["event", "tile", "checkpoint", "person_key", "personal_text"].map((table) => `delete from audit.${table}`),
    "update audit.tree set size = 0, root = sha256(''), last_leaves = ''",
  ];

  it("of who doesn't have the signing key is named by its signatures", async () => {
    await log.tamper(...empty, "delete from audit.secret");
    await sealWithCheckpoints(await auditPartsOver(log.audit, { AUDIT_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 9) }));
    expect(await found()).toContainEqual(["BAD_SIGNATURE", undefined, words("didn't sign the checkpoint of 600")]);
  });

  it("of who has the signing key is right in itself, and named by a witness's copy", async () => {
    await log.tamper(...empty);
    await sealWithCheckpoints(await auditPartsOver(log.audit));
    expect(await found()).toEqual([]);
    const named = await found(await log.notes());
    expect(named).toContainEqual([
      "FORKED",
      0,
      words("another root than the witness's checkpoint of 600 leaves, signed at 20"),
    ]);
  });
});

describe("people's values", () => {
  const textOf = (kind: string, subject = ada) =>
    `select token as value from audit.personal_text where kind = '${kind}' and subject_id = '${subject}' limit 1`;

  it("a changed ciphertext is named", async () => {
    const token = await log.value<string>(textOf("label"));
    await log.tamper(
      `update audit.personal_text set sealed = set_byte(sealed, 30, 1 # get_byte(sealed, 30)) where token = '${token}'`,
    );
    expect(await found()).toEqual([["MODIFIED", 0, words(`A label of ${ada} that leaf 0 names`)]]);
  });

  it("changed ciphertext of what was changed about a person is named", async () => {
    await log.tamper("update audit.event set changes_sealed = set_byte(changes_sealed, 30, 0) where leaf_index = 1");
    expect(await found()).toEqual([["MODIFIED", 1, words("not what was encrypted")]]);
  });

  it("another text of the same person is named", async () => {
    await log.tamper(
      "update audit.event set ip_text = (select ip_text from audit.event where leaf_index = 6) where leaf_index = 0",
    );
    expect(await found()).toEqual([["MODIFIED", 0, words("not those that the event commits to")]]);
  });

  it("an address that is to be found under another is named", async () => {
    const token = await log.value<string>(textOf("ip"));
    await log.tamper(`update audit.personal_text set ip_token = '\\x00' where token = '${token}'`);
    expect(await found()).toMatchObject([["MODIFIED", expect.any(Number), words("A ip of")]]);
  });

  it("a text that was removed without an erasure is named", async () => {
    await log.tamper(`delete from audit.personal_text where token = (${textOf("label")})`);
    expect(await found()).toEqual([["MISSING", 0, words(`Values of ${ada} were removed without an erasure`)]]);
  });

  it("a key that was removed without an erasure is named, and one that was changed", async () => {
    await log.tamper(`delete from audit.person_key where subject_id = '${ada}'`);
    expect(await found()).toEqual([["MISSING", 0, words(`Values of ${ada} were removed without an erasure`)]]);
    await log.restore();
    await log.tamper(
      `update audit.person_key set wrapped = set_byte(wrapped, 30, 1 # get_byte(wrapped, 30)) where subject_id = '${ada}'`,
    );
    expect(await found()).toContainEqual(["MODIFIED", undefined, words(`The key of ${ada}'s values`)]);
  });
});
