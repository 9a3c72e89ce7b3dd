// Fills the audit log of a database with events of two years, sealed as the service would have sealed them: leaves,
// commitments, encrypted values, tiles and checkpoints are true, and every proof over them holds. Fast because the
// events pass no outbox, and a month is indexed once it is full.
//
//   DATABASE_URL=… (its owner's) AUDIT_KEY_ENCRYPTION_KEY=… node scripts/fill-audit-log.mjs --events 1000000
import { parseArgs } from "node:util";
import { auditHistory, people } from "./audit-history.mjs";
import { isMain } from "./is-main.mjs";

const BATCH = 1_000;
const MONTHS = 24;

/**
 * Adds `events` to the log, spread over the 24 months before this one, each of which must be empty. Whoever seals
 * meanwhile waits for the end of a month.
 */
export async function fillAuditLog({ ownerUrl, keyEncryptionKey, events, log = () => {} }) {
  const { Database } = await import("@supergraph/persistence");
  const database = new Database({ url: ownerUrl, schema: "audit", maximumConnections: 2 });
  try {
    const filler = await createFiller(database, Buffer.from(keyEncryptionKey, "base64"));
    const history = auditHistory(events, ...range(new Date()));
    for (const month of byMonth(history)) log(await database.unitOfWork(() => filler.fillMonth(month)));
    await database.run((query) => query.raw("vacuum (analyze) audit.event"));
  } finally {
    await database.close();
  }
}

async function createFiller(database, keyEncryptionKey) {
  const audit = (file) => import(`../subgraphs/audit/dist/${file}.js`);
  const { createAuditParts } = await audit("audit-parts");
  const { KeptTexts } = await audit("personal/kept-texts");
  const { SealingKeys } = await audit("personal/sealing-keys");
  const { sealEvent, subjectOf, SEALED_COLUMNS } = await audit("sequencer/sealed-event");
  const { SequencerRepository } = await audit("sequencer/sequencer.repository");
  const { TreeEdge } = await audit("tree/tree-edge");
  const { tileReader } = await audit("tree/tile-reader");
  const { formatCheckpoint } = await import("@supergraph/audit-proof");
  const { partiesOf } = await import("@supergraph/audit-trail");
  const { tree, checkpoints, signer, values, keys, secrets } = await createAuditParts(database, {
    GATEWAY_SECRET: Buffer.alloc(32),
    AUDIT_KEY_ENCRYPTION_KEY: keyEncryptionKey,
    AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS: [],
    AUDIT_LOG_ORIGIN: "supergraph/audit",
    AUDIT_RETENTION_DAYS: [],
  });
  const sealingKeys = new SealingKeys(database, values, keys);
  const texts = new KeptTexts(database, values, (ip) => secrets.ipToken(ip));
  const repository = new SequencerRepository(database);
  const run = (sql, bindings = []) => database.run((query) => query.raw(sql, bindings));

  const sign = async ({ size, root }) => {
    const last = await checkpoints.last();
    if (last && Number(last.tree_size) >= size) return;
    const signedAt = new Date();
    const note = signer.sign(formatCheckpoint({ origin: "supergraph/audit", size, root, signedAt }));
    await checkpoints.add({ tree_size: size, root_hash: root, signed_at: signedAt, note });
  };

  return {
    /** Fills the table of a month and makes it part of the log. Answers what it did. */
    async fillMonth({ month, batches }) {
      await repository.waitForLead();
      await run("set local idle_in_transaction_session_timeout = 0");
      await run("set local maintenance_work_mem = '512MB'");
      const table = `audit.event_0_${month.replace("-", "")}`;
      await run(`create table ${table} (like audit.event including defaults including constraints)`);
      const edge = await TreeEdge.at((await tree.lockHead()).size, tileReader(tree));
      const batchKeys = await sealingKeys.of(people);
      const kept = new Map();
      const tiles = [];
      const rowOf = (event, sealedAt) => {
        const { row, leafHash, texts } = sealEvent(event, {
          parties: partiesOf(event),
          leafIndex: edge.size,
          sealedAt,
          retentionDays: 0,
          keyOf: (subject) => batchKeys.of(subject),
          subjectOf: (party) => subjectOf(party, secrets.subjectOfAddress),
        });
        tiles.push(...edge.append(leafHash));
        for (const text of texts) kept.set(text.token, text);
        return row;
      };
      await database.copyIn(table, SEALED_COLUMNS, sealedBatches(batches, rowOf));
      await tree.addTiles(tiles);
      await texts.keep([...kept.values()]);
      await attach(run, table, month);
      const head = { size: edge.size, root: edge.root() };
      await tree.moveHead(head, edge.lastLeaves);
      await sign(head);
      return `${month}: ${head.size} events in the log`;
    },
  };
}

function* sealedBatches(batches, rowOf) {
  for (const events of batches) yield events.map((event) => rowOf(event, events.at(-1).occurred_at));
}

/** As `audit.ensure_partition` does it. */
async function attach(run, table, month) {
  const from = `${month}-01T00:00:00Z`;
  await run("select audit.ensure_partition(0, now())");
  await run(`create unique index on ${table} (leaf_index)`);
  await run(`create unique index on ${table} (id)`);
  const to = "to_char(?::timestamptz + interval '1 month', 'YYYY-MM-DD\"T\"HH24:MI:SSOF')";
  const { rows } = await run(`select ${to} as "end" from (select set_config('timezone', 'UTC', true)) as utc`, [from]);
  await run(`alter table audit.event_0 attach partition ${table} for values from ('${from}') to ('${rows[0].end}')`);
}

/** The months before this one, in which events stand already. */
function range(now) {
  const startOf = (back) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back);
  return [startOf(MONTHS), startOf(0)];
}

function* byMonth(events) {
  const iterator = events[Symbol.iterator]();
  let { value: next } = iterator.next();
  const takeWhile = function* (month) {
    for (let batch = []; ;) {
      const isOver = next?.occurred_at.slice(0, 7) !== month;
      if (batch.length === BATCH || (isOver && batch.length > 0)) {
        yield batch;
        batch = [];
      }
      if (isOver) return;
      batch.push(next);
      ({ value: next } = iterator.next());
    }
  };
  while (next) {
    const month = next.occurred_at.slice(0, 7);
    yield { month, batches: takeWhile(month) };
  }
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { events: { type: "string", default: "1000000" } } });
  await fillAuditLog({
    ownerUrl: process.env.DATABASE_URL ?? "",
    keyEncryptionKey: process.env.AUDIT_KEY_ENCRYPTION_KEY ?? "",
    events: Number(values.events),
    log: console.log,
  });
}
