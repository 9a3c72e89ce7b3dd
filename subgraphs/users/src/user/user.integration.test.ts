import { randomUUID } from "node:crypto";
import { signForwardedIdentity, type Claims } from "@supergraph/identity";
import { Database, newId } from "@supergraph/persistence";
import { createLog, readSettings, type ServiceCaller, type ServiceParts } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { administrator, type Answer } from "../fixtures/two-services.fixture.js";
import { usersService } from "../service.js";

const secret = "s".repeat(32);
const OWN = ["users:read:own", "users:update:own", "users:delete:own", "users:export:own"];

let disposable: DisposableDatabase;
let owner: Database;
let users: ServiceParts;
/** What other services were called for, and what they say. */
let calls: string[] = [];
let answer: (service: string, path: string) => { status: number; body: string };

const call: ServiceCaller = (service, identity, { method, path, body }) => {
  expect(identity.caller).toMatchObject({ sub: "users", client: "service" });
  calls.push([method, service + path, body].filter(Boolean).join(" "));
  return Promise.resolve({ headers: {}, ...answer(service, path) });
};

beforeAll(async () => {
  disposable = await disposableDatabase();
  owner = new Database({ url: disposable.ownerUrl, schema: "users" });
  const settings = readSettings(usersService.settings, {
    DATABASE_URL: disposable.url("users"),
    GATEWAY_SECRET: secret,
  }) as never;
  users = await usersService.create({ settings, log: createLog("users", "silent"), call });
});
beforeEach(() => {
  calls = [];
  answer = () => ({ status: 204, body: "" });
});
afterAll(async () => {
  await users.app.close();
  await users.stop?.();
  await owner.close();
  await disposable.drop();
});

const self = (id: string, more: Partial<Claims> = {}): Claims => ({
  sub: id,
  roles: ["user"],
  permissions: OWN,
  client: "user",
  ...more,
});

async function send(query: string, variables: object, caller: Claims = administrator): Promise<Answer> {
  const claims = await signForwardedIdentity({ caller, request: {} }, "users", new TextEncoder().encode(secret));
  const headers = { "x-claims": claims };
  const response = await users.app.inject({ method: "POST", url: "/graphql", headers, payload: { query, variables } });
  return response.json<Answer>();
}

const reasonOf = ({ errors }: Answer) => errors?.[0]?.extensions.reason;

async function person(change: object = {}): Promise<{ id: string; email: string }> {
  const id = newId();
  const email = `${id}@example.com`;
  const names = { first_name: "Ada", last_name: "Lovelace", display_name: "Countess" };
  const more = { bio: "a mathematician", location: "London", settings: JSON.stringify({ colour: "mauve" }) };
  await owner.run((query) => query("person").insert({ id, email, ...names, ...more, ...change }));
  return { id, email };
}

const UPDATE =
  "mutation ($id: ID!, $bio: String, $version: Int) { updateUser(id: $id, input: { profile: { bio: $bio } }, expectedVersion: $version) { version } }";

it("of writers at one version at the same moment one succeeds, and each other is told the version that stands", async () => {
  const { id } = await person();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => send(UPDATE, { id, bio: `writer ${index}`, version: 1 })),
  );
  const failed = answers.filter(({ errors }) => errors);
  expect(answers.filter(({ data }) => data)).toEqual([{ data: { updateUser: { version: 2 } } }]);
  expect(failed).toHaveLength(7);
  for (const { errors } of failed)
    expect(errors?.[0]?.extensions).toMatchObject({ code: "CONFLICT", reason: "STALE_VERSION", currentVersion: 2 });
});

it("who was deleted or erased can't be updated, suspended or, once erased, reactivated", async () => {
  const deleted = await person({ status: "DELETED" });
  const erased = await person();
  await send(ERASE, { id: erased.id });
  calls = [];
  const suspend = 'mutation ($id: ID!) { suspendUser(id: $id, reason: "r") { id } }';
  const reactivate = "mutation ($id: ID!) { reactivateUser(id: $id) { status } }";
  expect(reasonOf(await send(UPDATE, { id: deleted.id, bio: "x" }))).toBe("USER_DELETED");
  expect(reasonOf(await send(UPDATE, { id: erased.id, bio: "x" }))).toBe("USER_ERASED");
  expect(reasonOf(await send(suspend, { id: deleted.id }))).toBe("USER_DELETED");
  expect(reasonOf(await send(suspend, { id: erased.id }))).toBe("USER_ERASED");
  expect(reasonOf(await send(reactivate, { id: erased.id }))).toBe("USER_ERASED");
  expect(calls).toEqual([]);
  expect(await send(reactivate, { id: deleted.id })).toEqual({ data: { reactivateUser: { status: "ACTIVE" } } });
});

const ERASE = 'mutation ($id: ID!) { eraseUser(id: $id, reason: "they asked") { userId erasedAt auditEventId } }';

it("erasure leaves the id and nothing else in any table, tells auth and audit, and names its event; again, it brings the same receipt", async () => {
  const trace = `trace-${randomUUID()}`;
  const names = { first_name: trace, last_name: trace, display_name: trace };
  const profile = {
    bio: trace,
    avatar_url: trace,
    website: trace,
    location: trace,
    settings: JSON.stringify({ trace }),
  };
  const { id, email } = await person({ ...names, ...profile, time_zone: "Europe/London", locale: "en-GB" });
  const receipt = await send(ERASE, { id });
  expect(calls).toEqual([
    `GET audit/internal/people/${id}/legal-hold`,
    `DELETE auth/internal/accounts/${id}`,
    `PUT audit/internal/people/${id}/erasure ${JSON.stringify({ emails: [email] })}`,
  ]);
  expect(receipt.data?.eraseUser).toMatchObject({ userId: id });
  const { auditEventId } = receipt.data?.eraseUser as { auditEventId: string };
  const event = await owner.run((query) => query("audit_outbox").where({ id: auditEventId }).first("*"));
  expect(event).toMatchObject({ action: "user.erase", outcome: "success", entity_id: id, entity_label: null });
  const tables = await owner.run((query) =>
    query("information_schema.tables").where({ table_schema: "users", table_type: "BASE TABLE" }).pluck("table_name"),
  );
  for (const table of tables as string[]) {
    const rows = JSON.stringify(await owner.run((query) => query(table).select("*")));
    expect(rows, table).not.toContain(trace);
    expect(rows, table).not.toContain(email);
  }
  expect(await owner.run((query) => query("person").where({ id }).first("*"))).toMatchObject({
    ...{ status: "DELETED", email: null, first_name: "Erased", last_name: "Person", display_name: "Erased person" },
    ...{ bio: null, avatar_url: null, website: null, location: null, time_zone: "UTC", locale: "en", settings: {} },
  });

  calls = [];
  expect(await send(ERASE, { id })).toEqual(receipt);
  expect(calls).toEqual([]);
});

it("nobody is erased anywhere while a legal hold keeps what there is of them", async () => {
  const { id, email } = await person();
  const refusal = { errors: [{ extensions: { code: "CONFLICT", reason: "LEGAL_HOLD" } }] };
  answer = (service) => ({ status: service === "audit" ? 409 : 204, body: JSON.stringify(refusal) });
  expect(reasonOf(await send(ERASE, { id }))).toBe("LEGAL_HOLD");
  expect(calls).toEqual([`GET audit/internal/people/${id}/legal-hold`]);
  expect(await owner.run((query) => query("person").where({ id }).first("*"))).toMatchObject({ email });
  expect(await owner.run((query) => query("intent").where({ user_id: id }))).toEqual([]);
  const events = await owner.run((query) => query("audit_outbox").where({ entity_id: id, action: "user.erase" }));
  expect(events).toMatchObject([{ outcome: "failure", reason: "LEGAL_HOLD" }]);
});

it("people list the living unless asked for the deleted, and find anybody by id", async () => {
  const { id } = await person({ status: "DELETED", last_name: "Findable" });
  const list = "query ($filter: UserFilter) { users(filter: $filter) { totalCount nodes { id status } } }";
  expect(await send(list, { filter: { search: "Findable" } })).toEqual({
    data: { users: { totalCount: 0, nodes: [] } },
  });
  const deleted = { search: "Findable", status: "DELETED" };
  expect((await send(list, { filter: deleted })).data).toMatchObject({ users: { nodes: [{ id, status: "DELETED" }] } });
  expect((await send("query ($id: ID!) { user(id: $id) { status } }", { id })).data).toEqual({
    user: { status: "DELETED" },
  });
});

it("pages by address go on past the erased, who have none", async () => {
  const page =
    "query ($after: String) { users(filter: { status: DELETED }, orderBy: { field: EMAIL }, first: 1, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }";
  const found: string[] = [];
  interface Page {
    totalCount: number;
    nodes: { id: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  }
  for (let after: string | null = null; ;) {
    const { totalCount, nodes, pageInfo } = (await send(page, { after })).data?.users as Page;
    found.push(...nodes.map(({ id }) => id));
    after = pageInfo.endCursor;
    if (pageInfo.hasNextPage) continue;
    expect(new Set(found).size).toBe(totalCount);
    break;
  }
});

it("a person deletes and exports their own account in person, and nobody else's", async () => {
  const { id } = await person();
  const other = await person();
  const events = { events: [{ action: "user.update" }], next: null };
  answer = (service) => ({ status: 200, body: JSON.stringify(service === "audit" ? events : { held: true }) });
  for (const field of ["deleteUser(id: $id) { id }", "exportUserData(id: $id)"]) {
    const query = `mutation ($id: ID!) { ${field} }`;
    expect(reasonOf(await send(query, { id: other.id }, self(id)))).toBe("PERMISSION_MISSING");
    expect(reasonOf(await send(query, { id }, self(id, { client: "api_key" })))).toBe("IN_PERSON_ONLY");
    expect(reasonOf(await send(query, { id }, self(id, { act: { sub: other.id } })))).toBe("IN_PERSON_ONLY");
  }
  expect(calls).toEqual([]);
  const { data } = await send("mutation ($id: ID!) { exportUserData(id: $id) }", { id }, self(id));
  expect(data?.exportUserData).toMatchObject({
    users: { firstName: "Ada", profile: { bio: "a mathematician" }, settings: { colour: "mauve" } },
    auth: { held: true },
    dynamic: { held: true },
  });
  expect(JSON.stringify(data)).toContain("user.update");
  expect((await send("mutation ($id: ID!) { deleteUser(id: $id) { status } }", { id }, self(id))).data).toEqual({
    deleteUser: { status: "DELETED" },
  });
});

it("an API key sees the e-mail address and settings of its owner only when it was given that", async () => {
  const { id } = await person();
  const byKey = (...permissions: string[]) => self(id, { client: "api_key", keyId: newId(), permissions });
  for (const field of ["email", "settings"]) {
    expect(reasonOf(await send(`{ me { ${field} } }`, {}, byKey("users:update:own")))).toBe("PERMISSION_MISSING");
    expect(reasonOf(await send(`{ me { ${field} } }`, {}, byKey("users:read:own")))).toBeUndefined();
  }
});

it("an export is never half of it", async () => {
  const { id } = await person();
  answer = (service) =>
    service === "dynamic" ? { status: 503, body: "" } : { status: 200, body: '{"events":[],"next":null}' };
  expect(reasonOf(await send("mutation ($id: ID!) { exportUserData(id: $id) }", { id }))).toBe("SERVICE_OUT_OF_REACH");
});

it("a new person is refused an address that is somebody's, and one that is none", async () => {
  const { email } = await person();
  const create =
    'mutation ($email: String!) { createUser(input: { email: $email, firstName: "A", lastName: "B" }) { id } }';
  expect(reasonOf(await send(create, { email: email.toUpperCase() }))).toBe("EMAIL_TAKEN");
  expect(reasonOf(await send(create, { email: "nowhere" }))).toBe("INVALID_INPUT");
  const { data } = await send(create, { email: `${randomUUID()}@example.com` });
  expect(data?.createUser).toHaveProperty("id");
});
