import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { administrator, Client, signIn, unique, type Person } from "../harness/client.js";
import { OUTPUT_FILE } from "../harness/supergraph.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** In everything that is personal, and nowhere else. */
const mark = `Quendolyn${unique()}`;
const email = `${mark}@Vanderbrook.example`;
const password = "words that nobody would guess";

const LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { user { id } } }";
const EVENTS = `query ($filter: AuditEventFilter) { auditEvents(filter: $filter, order: OLDEST_FIRST, first: 100) { nodes {
  id leafIndex action outcome reason ip userAgent actor { id label } target { id label } changes { before after redacted }
} } }`;

interface Event {
  id: string;
  leafIndex: number | null;
  action: string;
  outcome: string;
  reason: string | null;
  ip: string | null;
  userAgent: string | null;
  actor: { id: string | null; label: string | null };
  target: { id: string; label: string | null } | null;
  changes: { before: unknown; after: unknown; redacted: boolean }[];
}

let owner: pg.Client;
let admin: Person;
let personId: string;
let before: Event[];
/** What the person still was while a legal hold kept them. */
let held: { reason: string | undefined; email: string | null; signsIn: boolean };
let receipt: { userId: string; auditEventId: string };

/** Every row of every table that holds the mark, whatever the column: what is stored as bytes is read as text, too. */
async function rowsWithMark(): Promise<string[]> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await owner.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} as t`);
    found.push(
      ...rows.filter(({ row }) => readable(row).includes(mark.toLowerCase())).map(({ row }) => `${name} ${row}`),
    );
  }
  return found;
}

function readable(row: string): string {
  const bytes = row.replace(/\\\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, "hex").toString("utf8"));
  return `${row} ${bytes}`.toLowerCase();
}

async function eventsOf(filter: object): Promise<Event[]> {
  return (await admin.data<{ auditEvents: { nodes: Event[] } }>(EVENTS, { filter })).auditEvents.nodes;
}

async function eraseWhileHeld(variables: { id: string; reason: string }): Promise<typeof held> {
  const { placeAuditLegalHold: hold } = await admin.data<{ placeAuditLegalHold: { id: string } }>(
    "mutation ($input: PlaceLegalHoldInput!) { placeAuditLegalHold(input: $input) { id } }",
    { input: { userId: personId, reason: "case 7" } },
  );
  const { extensions } = await admin.error(
    "mutation ($id: ID!, $reason: String!) { eraseUser(id: $id, reason: $reason) { userId } }",
    variables,
  );
  const { user } = await admin.data<{ user: { email: string | null } }>(
    "query ($id: ID!) { user(id: $id) { email } }",
    {
      id: personId,
    },
  );
  const signsIn = (await signIn(email, password)).id === personId;
  await admin.data('mutation ($id: ID!) { liftAuditLegalHold(id: $id, reason: "it is over") { id } }', { id: hold.id });
  return { reason: extensions.reason, email: user.email, signsIn };
}

beforeAll(async () => {
  const { stdout } = await promisify(execFile)("npm", ["run", "-s", "db:url"], {
    cwd: root,
    env: { ...process.env, DATA_DIR: inject("supergraph").dataDirectory },
  });
  owner = new pg.Client({ connectionString: stdout.trim() });
  await owner.connect();
  admin = await administrator();

  // Before anybody knows whose address it is, and afterwards.
  const guess = { input: { email, password: "not the right password" } };
  await new Client().error(LOGIN, guess);
  const registered = await new Client().data<{ register: { user: { id: string } } }>(
    "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }",
    { input: { email, password, firstName: mark, lastName: "Vanderbrook" } },
  );
  personId = registered.register.user.id;
  await new Client().error(LOGIN, guess);
  const person = await signIn(email, password);
  const input = { displayName: `Lady ${mark}`, profile: { bio: `I, ${mark}`, location: `${mark} Hall` } };
  await person.data("mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { id } }", {
    id: personId,
    input: { ...input, settings: { nickname: mark } },
  });
  await person.data("mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }", {
    input: { name: `${mark}'s laptop`, permissions: ["users:read:own"] },
  });
  const variables = { id: personId, reason: `${mark} asked for it` };
  await admin.data("mutation ($id: ID!, $reason: String!) { suspendUser(id: $id, reason: $reason) { id } }", variables);
  await admin.data("mutation ($id: ID!) { reactivateUser(id: $id) { id } }", { id: personId });
  held = await eraseWhileHeld(variables);
  before = await eventsOf({ text: mark });
  ({ eraseUser: receipt } = await admin.data<{ eraseUser: typeof receipt }>(
    "mutation ($id: ID!, $reason: String!) { eraseUser(id: $id, reason: $reason) { userId auditEventId } }",
    variables,
  ));
});

afterAll(() => owner.end());

it("nobody is erased in any service while a legal hold keeps what there is of them", () => {
  expect(held).toEqual({ reason: "LEGAL_HOLD", email: email.toLowerCase(), signsIn: true });
});

describe("once a person is erased", () => {
  it("no row of any table holds anything of theirs", async () => {
    expect(before.length).toBeGreaterThan(6);
    await expect.poll(rowsWithMark, { timeout: 10_000 }).toEqual([]);
  });

  it("nor does any line that was printed", async () => {
    const output = await readFile(path.join(inject("supergraph").dataDirectory, OUTPUT_FILE), "utf8");
    expect(output).toContain(personId);
    expect(output.split("\n").filter((line) => line.toLowerCase().includes(mark.toLowerCase()))).toEqual([]);
  });

  it("every event is where it was, without what was theirs", async () => {
    const ids = new Set(before.map(({ id }) => id));
    const concerned = [...(await eventsOf({ userId: personId })), ...(await eventsOf({ entityId: personId }))];
    const known = new Map(concerned.map((event) => [event.id, event]));
    for (const was of before.filter(({ actor, target }) => actor.id === personId || target?.id === personId)) {
      expect(known.get(was.id)).toMatchObject({ action: was.action, outcome: was.outcome });
    }
    expect(ids.size).toBe(before.length);
    expect(JSON.stringify(concerned)).not.toContain(mark);
    for (const { actor, ip, userAgent } of await eventsOf({ userId: personId })) {
      expect({ actor, ip, userAgent }).toEqual({ actor: { id: personId, label: null }, ip: null, userAgent: null });
    }
    const [update] = await eventsOf({ entityId: personId, actions: ["user.update"] });
    expect(update?.changes.length).toBeGreaterThan(2);
    expect(update?.changes.every(({ before, after, redacted }) => redacted && before === null && after === null)).toBe(
      true,
    );
    expect(await eventsOf({ text: mark })).toEqual([]);
  });

  it("the receipt names the event that says who erased them, and the log has no gap", async () => {
    expect(receipt.userId).toBe(personId);
    const read = async () =>
      (await eventsOf({ entityId: personId, actions: ["user.erase"] })).find(({ id }) => id === receipt.auditEventId);
    await expect.poll(async () => (await read())?.leafIndex, { timeout: 10_000 }).toEqual(expect.any(Number));
    expect(await read()).toMatchObject({
      outcome: "SUCCESS",
      reason: null,
      actor: { id: admin.id, label: admin.email },
    });
    const { rows } = await owner.query<{ gaps: string }>(
      "select max(leaf_index) + 1 - count(*) as gaps from audit.event",
    );
    expect(rows).toEqual([{ gaps: "0" }]);
  });
});
