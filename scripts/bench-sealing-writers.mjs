// The writers of bench-sealing.mjs: clients of PostgreSQL, each under a service's role, that commit one event at a time.
// They share the machine with what is measured: what can be made before they begin is.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import pg from "pg";
import { newId } from "@supergraph/persistence";

const { urls, writers, seconds, rate } = workerData;
const PEOPLE = Array.from({ length: 2_000 }, (_, index) => ({
  id: randomUUID(),
  email: `person-${index}@example.com`,
  // From home and from work.
  ips: [`192.0.2.${index % 256}`, `2001:db8::${index.toString(16)}`],
}));
const CHANGES = Array.from({ length: 100 }, (_, price) =>
  JSON.stringify([{ field: "price", before: "19.90", after: `${price}.90` }]),
);
/** Prime to the number of people: who comes after whom looks like chance, and all come as often. */
const STRIDE = 7_919;
const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const INSERT = {
  name: "insert",
  text: `insert into audit_outbox (id, occurred_at, service, action, outcome, user_id, actor_type, actor_label, entity_id,
           entity_type, entity_label, entity_version, changes, request_id, trace_id, span_id, session_id, ip, user_agent,
           operation_name, path, schema_version)
         values ($1, $2, $3, $4, 'success', $5, 'user', $6, $7, 'Product', 'Lamp', 2, $8, $9, $10, $11, $12, $13, $14,
           'UpdateProduct', 'updateProduct', 1)`,
};

function valuesOf(service, turn) {
  const person = PEOPLE[(turn * STRIDE) % PEOPLE.length];
  const request = randomUUID();
  const trace = request.replaceAll("-", "");
  return [
    newId(),
    new Date().toISOString(),
    service,
    "product.update",
    person.id,
    person.email,
    randomUUID(),
    CHANGES[turn % CHANGES.length],
    request,
    trace,
    trace.slice(16),
    person.id,
    person.ips[Math.floor(turn / PEOPLE.length) % person.ips.length],
    USER_AGENT,
  ];
}

let count = 0;
let from;
let to;
const clients = await Promise.all(
  Array.from({ length: writers }, async (_, index) => {
    const [service, url] = urls[index % urls.length];
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return { service, client };
  }),
);
from = new Date();
const end = from.getTime() + seconds * 1_000;
await Promise.all(
  clients.map(async ({ service, client }, index) => {
    for (let turn = 0; Date.now() < end; turn++) {
      // Each has its turn at an even pace; who is late catches up.
      const due = rate && from.getTime() + ((turn * writers + index) / rate) * 1_000;
      const early = rate ? due - Date.now() : 0;
      if (early > 0) await sleep(early);
      await client.query({ ...INSERT, values: valuesOf(service, count++) });
    }
  }),
);
to = new Date();
for (const { client } of clients) await client.end();
parentPort.postMessage({ count, from, to, seconds: (to - from) / 1_000 });
