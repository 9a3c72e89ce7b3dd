// What a company might have done in two years, made up: staff who work all day, integrations that keep counters, and
// customers of whom few come often. The same each time.

const STAFF = 100;
const INTEGRATIONS = 10;
const CUSTOMERS = 5_000;
const ENTITIES = 50_000;
/** Each integration keeps ten entities up to date: pairs of user and entity that have many events. */
const KEPT_BY_EACH = 10;
const TYPES = ["Product", "Order", "Customer", "Invoice", "StockItem"];
const AGENTS = ["Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (Macintosh)", "Mozilla/5.0 (iPhone)", "import/2.4"];
const FIELDS = ["name", "price", "status", "quantity", "owner"];

/** Shares in thousandths of what people do; `about` says what it is done to. */
const ACTIONS = [
  { action: "entity.update", share: 330, service: "dynamic", about: "entity" },
  { action: "entity.create", share: 130, service: "dynamic", about: "entity" },
  { action: "entity.delete", share: 30, service: "dynamic", about: "entity" },
  { action: "auth.refresh", share: 180, service: "auth" },
  { action: "auth.login", share: 140, service: "auth" },
  { action: "auth.logout", share: 60, service: "auth" },
  { action: "user.update", share: 60, service: "users", about: "user" },
  { action: "session.revoke", share: 20, service: "auth", about: "session" },
  { action: "user.export", share: 12, service: "users", about: "user" },
  { action: "api-key.create", share: 10, service: "auth", about: "session" },
  { action: "role.assign", share: 8, service: "auth", about: "user" },
  { action: "query.users", share: 8, service: "users" },
  { action: "user.suspend", share: 4, service: "users", about: "user" },
  { action: "totp.confirm-enrollment", share: 4, service: "auth" },
  { action: "user.impersonate", share: 2, service: "auth", about: "user" },
  { action: "entity-type.define", share: 1, service: "dynamic" },
  { action: "signing-key.rotate", share: 1, service: "auth" },
];
const BY_SHARE = ACTIONS.flatMap((kind) => Array.from({ length: kind.share }, () => kind));

/** Who and what has many events. */
export const heavy = {
  users: [
    ...Array.from({ length: STAFF }, (_, n) => personId(n)),
    ...Array.from({ length: INTEGRATIONS }, (_, n) => personId(STAFF + n)),
  ],
  pairs: Array.from({ length: INTEGRATIONS * KEPT_BY_EACH }, (_, n) => ({
    userId: personId(STAFF + Math.floor(n / KEPT_BY_EACH)),
    entityId: entityId(n),
  })),
};

/** Everybody who did something, or had something done to them. */
export const people = Array.from({ length: STAFF + INTEGRATIONS + CUSTOMERS }, (_, n) => personId(n));

/** Events in the order of time, `count` of them from `from` to `to` (milliseconds), as they stand in an outbox. */
export function* auditHistory(count, from, to) {
  const random = randomNumbers(20_261_128);
  for (let made = 0; made < count;) {
    const request = aRequest(random);
    for (let left = request.size; left > 0 && made < count; left--, made++) {
      const moment = from + Math.floor(((to - from) * made) / count);
      yield anEvent(random, request, moment, made);
    }
  }
}

function personId(n) {
  return `01900000-0000-7000-8000-${hex(n, 12)}`;
}

function entityId(n) {
  return `01910000-0000-7000-8000-${hex(n, 12)}`;
}

function aRequest(random) {
  const kind = random();
  const isIntegration = kind < 0.2;
  const person = isIntegration
    ? STAFF + Math.floor(random() * INTEGRATIONS)
    : kind < 0.6
      ? Math.floor(random() * STAFF)
      : STAFF + INTEGRATIONS + zipf(random, CUSTOMERS);
  return {
    person,
    isIntegration,
    size: 1 + Math.floor(random() ** 2 * 5),
    id: uuid(random),
    trace: uuid(random).replaceAll("-", ""),
    session: `01920000-0000-7000-8000-${hex(person * 16 + Math.floor(random() * 16), 12)}`,
    ip: `10.${person >> 8}.${person & 255}.${1 + Math.floor(random() * 3)}`,
    agent: isIntegration ? AGENTS[3] : AGENTS[(person + Math.floor(random() * 2)) % 3],
  };
}

function anEvent(random, request, moment, index) {
  const { person, isIntegration } = request;
  const kind = isIntegration ? ACTIONS[0] : BY_SHARE[Math.floor(random() * BY_SHARE.length)];
  const isRead = kind.action.startsWith("query.");
  const chance = random();
  const outcome = isRead || chance < 0.01 ? "denied" : chance < 0.04 ? "failure" : "success";
  return {
    id: `${hex(moment, 12).replace(/^(.{8})/, "$1-")}-7${uuid(random).slice(15)}`,
    occurred_at: `${new Date(moment).toISOString().slice(0, -1)}${String(index % 1_000).padStart(3, "0")}Z`,
    service: kind.service,
    action: kind.action,
    outcome,
    reason: outcome === "denied" ? "PERMISSION_MISSING" : outcome === "failure" ? "STALE_VERSION" : null,
    user_id: personId(person),
    actor_type: isIntegration ? "api_key" : "user",
    actor_label: `person-${person}@example.com`,
    impersonator_id: null,
    ...target(random, request, kind.about, index),
    changes: outcome === "success" ? changes(random, kind.action) : [],
    metadata: isIntegration ? { apiKeyId: entityId(person) } : null,
    request_id: request.id,
    trace_id: request.trace,
    span_id: uuid(random).replaceAll("-", "").slice(0, 16),
    session_id: isIntegration ? null : request.session,
    ip: request.ip,
    user_agent: request.agent,
    operation_name: null,
    path: kind.action.split(".")[1],
    schema_version: 1,
  };
}

function target(random, { person, isIntegration }, about, index) {
  if (about === "entity") {
    const n = isIntegration
      ? (person - STAFF) * KEPT_BY_EACH + Math.floor(random() * KEPT_BY_EACH)
      : zipf(random, ENTITIES);
    return of(entityId(n), TYPES[n % TYPES.length], `Thing ${n}`, (index % 50) + 1);
  }
  if (about === "user") {
    const n = zipf(random, CUSTOMERS);
    return of(personId(STAFF + INTEGRATIONS + n), "User", `person-${STAFF + INTEGRATIONS + n}@example.com`, 1);
  }
  return about === "session" ? of(uuid(random), "Session", null, null) : of(null, null, null, null);
}

function of(entity_id, entity_type, entity_label, entity_version) {
  return { entity_id, entity_type, entity_label, entity_version };
}

function changes(random, action) {
  if (!/\.(create|update)$/.test(action)) return [];
  const field = FIELDS[Math.floor(random() * FIELDS.length)];
  const value = () => Math.floor(random() * 10_000);
  return [{ field, before: action.endsWith("create") ? null : value(), after: value() }];
}

/** Few are chosen often: the nth in proportion to 1/n (Zipf), by the inverse of its continuous form. */
function zipf(random, count) {
  return Math.min(count - 1, Math.floor(count ** random()) - 1 + (random() < 0.5 ? 0 : 1));
}

function uuid(random) {
  const part = () => hex(Math.floor(random() * 2 ** 32), 8);
  const [a, b, c, d] = [part(), part(), part(), part()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

function hex(number, digits) {
  return Math.floor(number).toString(16).padStart(digits, "0");
}

/** Mulberry32: numbers that look random, and are the same each time. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
