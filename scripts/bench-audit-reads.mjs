// How long auditors wait: pages of the log through the endpoint, each value asked for once, the first page and one far
// below it, while nothing else happens. And what one proof takes.
import { heavy } from "./audit-history.mjs";

const SIZE = 20;
const DEPTHS = [1_000, 200, 100, 50, 10];
const VALUES = 100;
const LIMIT_MS = 100;
const PROOF_LIMIT_MS = 20;
const PREFIXES = ["auth.", "user.", "entity.", "session.", "role.", "api-key.", "totp.", "query.", "entity-type."];
const MONTHS = 12;

const PAGE = `query ($filter: AuditEventFilter, $after: String) {
  auditEvents(filter: $filter, first: ${SIZE}, after: $after) {
    nodes { id leafIndex occurredAt action outcome actor { id label } target { id type label } changes { field before after } requestId ip }
    pageInfo { hasNextPage endCursor }
  }
}`;

/**
 * Prints the times over the log that `ownerUrl` leads to, which fill-audit-log.mjs has filled.
 * @param operate sends an operation as an auditor, and throws when it fails
 */
export async function reportAuditReads({ operate, ownerUrl, gatewaySecret }) {
  const { default: pg } = await import("pg");
  const database = new pg.Client({ connectionString: ownerUrl });
  await database.connect();
  try {
    const { rows } = await database.query(
      "select sum(reltuples)::bigint as events from pg_class where relname ~ '^event_0_[0-9]+$'",
    );
    const cursorAt = await cursors(database, gatewaySecret);
    const me = await timesOf(Array(200).fill({}), () => operate("{ me { id } }"));
    const measured = [row("`me`, the yardstick", "", me, me)];
    let slowest = 0;
    for (const [name, filters] of Object.entries(await shapes(database))) {
      for (const { page, asked } of await pagesOf(filters, cursorAt)) {
        const times = await timesOf(asked, (variables) => operate(PAGE, variables));
        slowest = Math.max(slowest, p95(times));
        measured.push(row(name, `page ${page} of ${asked.length} values`, times, me));
      }
    }
    const proofs = await proofTimes(database, operate);
    if (proofs) measured.push(row("a proof", `${proofs.length} events`, proofs, me));
    measured.push(...(await wholeLog(operate)).map(([name, times]) => row(name, "", times, me)));
    console.log(`
The audit log at ${rows[0].events} events: pages of ${SIZE}, through the endpoint

| asked for by | which | p50 ms | p95 ms | times \`me\` |
| --- | --- | --- | --- | --- |
${measured.join("\n")}

The slowest p95 of a page is ${slowest.toFixed(0)} ms; ${LIMIT_MS} ms is the limit.`);
    if (proofs) console.log(`The p95 of a proof is ${p95(proofs).toFixed(0)} ms; ${PROOF_LIMIT_MS} ms is the limit.`);
  } finally {
    await database.end();
  }
}

async function shapes(database) {
  const { rows } = await database.query(
    "select distinct request_id from audit.event tablesample system (0.05) where request_id is not null limit $1",
    [VALUES],
  );
  return {
    user: heavy.users.map((userId) => ({ userId })),
    entity: heavy.pairs.map(({ entityId }) => ({ entityId })),
    "user and entity": heavy.pairs,
    "action prefix in two months": PREFIXES.flatMap((actionPrefix) =>
      ranges().map((range) => ({ actionPrefix, ...range })),
    ),
    "request id": rows.map(({ request_id }) => ({ requestId: request_id })),
  };
}

function ranges() {
  const now = new Date();
  const start = (back) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back)).toISOString();
  return Array.from({ length: MONTHS }, (_, index) => ({ since: start(index + 2), until: start(index) }));
}

/** The first page of each, and the deepest one that enough of them have. */
async function pagesOf(filters, cursorAt) {
  const pages = [{ page: 1, asked: filters.map((filter) => ({ filter })) }];
  for (const page of DEPTHS) {
    const asked = [];
    for (const filter of filters) {
      const after = await cursorAt(filter, (page - 1) * SIZE);
      if (after) asked.push({ filter, after });
    }
    if (asked.length >= VALUES / 4) return [...pages, { page, asked }];
  }
  return pages;
}

/** The cursor after so many events of a list: the one that walking there would end with. */
async function cursors(database, gatewaySecret) {
  const { CursorCodec } = await import("@supergraph/persistence");
  const { criteriaOf, digestOf } = await import("../subgraphs/audit/dist/audit-event/audit-event.criteria.js");
  const codec = new CursorCodec(new TextEncoder().encode(gatewaySecret));
  return async (filter, events) => {
    const { userId, entityId, actionPrefix, since, until, requestId } = filter;
    if (requestId) return undefined;
    const { rows } = await database.query(
      `select occurred_at::text, id::text from audit.event
       where ($1::uuid is null or user_id = $1) and ($2::text is null or entity_id = $2) and ($3::text is null or action like $3 || '%')
         and ($4::timestamptz is null or occurred_at >= $4) and ($5::timestamptz is null or occurred_at < $5)
       order by occurred_at desc, id desc offset $6 limit 1`,
      [userId, entityId, actionPrefix, since, until, events - 1],
    );
    if (!rows[0]) return undefined;
    const given = { ...filter, ...(since && { since: new Date(since), until: new Date(until) }) };
    return codec.encode(`audit-events NEWEST_FIRST ${digestOf(criteriaOf(given))}`, [rows[0].occurred_at, rows[0].id]);
  };
}

/** Undefined where the schema has no proofs. */
async function proofTimes(database, operate) {
  const { __type } = await operate('{ __type(name: "AuditEvent") { fields { name } } }');
  if (!__type.fields.some(({ name }) => name === "proof")) return undefined;
  const { rows } = await database.query(
    "select id from audit.event tablesample system (0.05) where leaf_index < (select size from audit.tree) limit $1",
    [3 * VALUES],
  );
  const proof = "query ($id: ID!) { auditEvent(id: $id) { proof { leafIndex treeSize rootHash path } } }";
  return timesOf(rows, ({ id }) => operate(proof, { id }));
}

/** What reads all of the log, or all of a long list: not for every click. */
async function wholeLog(operate) {
  const filter = { userId: heavy.users.at(-1) };
  const asked = [
    [
      "`totalCount` of a long list",
      `query ($filter: AuditEventFilter) { auditEvents(filter: $filter, first: 1) { totalCount } }`,
      { filter },
    ],
    [
      "`auditStatistics` by action, of one user",
      "query ($filter: AuditEventFilter) { auditStatistics(filter: $filter, groupBy: ACTION) { key count } }",
      { filter },
    ],
    [
      "`auditStatistics` by action, of a month",
      "query ($filter: AuditEventFilter) { auditStatistics(filter: $filter, groupBy: ACTION) { key count } }",
      { filter: ranges()[3] },
    ],
    ["`auditStatistics` by action, of all", "{ auditStatistics(groupBy: ACTION) { key count } }", {}],
    [
      "text alone, found often",
      `{ auditEvents(filter: { text: "example.com" }, first: ${SIZE}) { nodes { id } } }`,
      {},
    ],
    [
      "text alone, found nowhere",
      `{ auditEvents(filter: { text: "nowhere to be found" }, first: ${SIZE}) { nodes { id } } }`,
      {},
    ],
  ];
  const measured = [];
  for (const [name, query, variables] of asked) {
    const times = await timesOf([1, 2, 3], () => operate(query, variables)).catch(() => undefined);
    measured.push([times ? name : `${name}: gave up`, times ?? [NaN]]);
  }
  return measured;
}

/** Milliseconds, in order; of many the first tenth is left out, which finds code uncompiled and pages unread. */
async function timesOf(asked, work) {
  const times = [];
  for (const variables of asked) {
    const started = performance.now();
    await work(variables);
    times.push(performance.now() - started);
  }
  return times.slice(times.length > 20 ? Math.ceil(times.length / 10) : 0).sort((a, b) => a - b);
}

const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
const p95 = (times) => at(times, 0.95);

function row(name, which, times, me) {
  const ratio = (at(times, 0.5) / at(me, 0.5)).toFixed(1);
  return `| ${name} | ${which} | ${at(times, 0.5).toFixed(1)} | ${p95(times).toFixed(1)} | ${ratio} |`;
}
