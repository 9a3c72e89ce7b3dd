import { beforeAll, describe, expect, inject, it } from "vitest";
import {
  administrator,
  Client,
  endpoint,
  register,
  unique,
  type OperationError,
  type Person,
} from "../harness/client.js";

const post = async (body: string, contentType = "application/json") => {
  const response = await fetch(endpoint(), { method: "POST", headers: { "content-type": contentType }, body });
  const { errors } = (await response.json()) as { errors: OperationError[] };
  return { status: response.status, error: errors[0] };
};

/** No path of a file, no line of a stack. */
const expectNoStack = (error: OperationError | undefined) => {
  expect(JSON.stringify(error)).not.toMatch(/node_modules|\.js:\d+|stacktrace/);
};

describe("a request that can't be served", () => {
  const cases: [string, () => Promise<{ status: number; error: OperationError | undefined }>, number, string][] = [
    [
      "a body of 10 MB",
      () => post(JSON.stringify({ query: `{ me { id } } # ${"x".repeat(10_000_000)}` })),
      413,
      "BAD_USER_INPUT",
    ],
    ["broken JSON", () => post('{"query": "{ me'), 400, "BAD_USER_INPUT"],
    ["no JSON at all", () => post("me=1", "application/x-www-form-urlencoded"), 415, "BAD_USER_INPUT"],
    [
      "a query 10,000 levels deep",
      () => post(JSON.stringify({ query: "{a".repeat(10_000) + "}".repeat(10_000) })),
      400,
      "BAD_USER_INPUT",
    ],
    ["a query that is no GraphQL", () => post(JSON.stringify({ query: "{ me {" })), 400, "GRAPHQL_PARSE_FAILED"],
    [
      "an unknown field",
      () => post(JSON.stringify({ query: "{ me { shoeSize } }" })),
      400,
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "an unknown type",
      () => post(JSON.stringify({ query: "query ($a: Nonsense) { me { id } }" })),
      400,
      "GRAPHQL_VALIDATION_FAILED",
    ],
    ["no query", () => post("{}"), 400, "BAD_REQUEST"],
  ];
  it.each(cases)("gets a code and no stack: %s", async (_, attempt, status, code) => {
    const answer = await attempt();
    expect({ status: answer.status, code: answer.error?.extensions.code }).toEqual({ status, code });
    expectNoStack(answer.error);
  });

  it("is refused the same way at a subgraph's own port", async () => {
    const response = await fetch(`http://127.0.0.1:${inject("supergraph").ports.users}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{a".repeat(10_000) + "}".repeat(10_000) }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { reason: "QUERY_TOO_DEEP" } }] });
  });
});

describe("an argument that can't be right", () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await administrator();
  });

  it.each([
    ["a page of 10,000", "{ users(first: 10000) { nodes { id } } }", "INVALID_PAGE"],
    ["a page of none", "{ users(first: 0) { nodes { id } } }", "INVALID_PAGE"],
    ["a cursor that was made up", '{ users(after: "bm9uc2Vuc2U") { nodes { id } } }', "INVALID_CURSOR"],
    ["a forged audit cursor", '{ auditEvents(after: "AAAA") { nodes { id } } }', "INVALID_CURSOR"],
  ])("is BAD_USER_INPUT: %s", async (_, query, reason) => {
    const { extensions } = await admin.error(query);
    expect(extensions).toMatchObject({ code: "BAD_USER_INPUT", reason });
  });

  it("is BAD_USER_INPUT: a cursor of another order", async () => {
    const { users } = await admin.data<{ users: { pageInfo: { endCursor: string } } }>(
      "{ users(first: 1) { pageInfo { endCursor } } }",
    );
    const { extensions } = await admin.error(
      "query ($after: String) { users(first: 1, after: $after, orderBy: { field: EMAIL }) { nodes { id } } }",
      { after: users.pageInfo.endCursor },
    );
    expect(extensions).toMatchObject({ code: "BAD_USER_INPUT", reason: "INVALID_CURSOR" });
  });

  it.each([
    [
      "an e-mail",
      "input.email",
      'mutation { login(input: { email: "a\\u0000b", password: "long enough it is" }) { user { id } } }',
    ],
    ["a search", "filter.search", '{ users(filter: { search: "\\u0000" }) { nodes { id } } }'],
    [
      "a name",
      "input.firstName",
      'mutation ($id: ID!) { updateUser(id: $id, input: { firstName: "A\\u0000" }) { id } }',
    ],
    [
      "a profile",
      "input.profile.bio",
      'mutation ($id: ID!) { updateUser(id: $id, input: { profile: { bio: "\\u0000" } }) { id } }',
    ],
    ["a reason", "reason", 'mutation { rotateSigningKey(reason: "why\\u0000") { kid } }'],
  ])("is BAD_USER_INPUT, and named: U+0000 in %s", async (_, path, query) => {
    const { extensions } = await admin.error(query, { id: admin.id });
    expect(extensions).toMatchObject({ code: "BAD_USER_INPUT", reason: "INVALID_INPUT" });
    expect(extensions.fields?.map((field) => field.path)).toContain(path);
  });

  it.each([
    [
      "of who registers",
      "firstName",
      'register(input: { email: $email, password: $email, firstName: " ", lastName: "B" })',
    ],
    ["of who is made", "lastName", 'createUser(input: { email: $email, firstName: "A", lastName: "\\t" })'],
    ["of who changes it", "displayName", 'updateUser(id: $id, input: { displayName: "\\u200b" })'],
  ])("is BAD_USER_INPUT: a name %s that nobody sees", async (_, field, call) => {
    const selection = call.startsWith("register") ? "{ user { id } }" : "{ id }";
    const variables = call.includes("$id") ? "$id: ID!" : "$email: String!";
    const { extensions } = await admin.error(`mutation (${variables}) { ${call} ${selection} }`, {
      id: admin.id,
      email: "nameless@example.com",
    });
    expect(extensions).toMatchObject({ reason: "INVALID_INPUT", fields: [{ path: `input.${field}` }] });
  });

  it("finds nothing: an id that is none", async () => {
    expect(await admin.data('{ user(id: "nobody") { id } entity(id: "nothing") { id } }')).toEqual({
      user: null,
      entity: null,
    });
  });

  it("changes nothing: a name that is far too long, an update of an old version", async () => {
    const person = await register();
    const tooLong = await person.error(
      "mutation ($id: ID!, $name: String) { updateUser(id: $id, input: { firstName: $name }) { id } }",
      {
        id: person.id,
        name: "n".repeat(100_000),
      },
    );
    expect(tooLong.extensions).toMatchObject({ reason: "INVALID_INPUT", fields: [{ path: "input.firstName" }] });
    const stale = await person.error(
      'mutation ($id: ID!) { updateUser(id: $id, input: { firstName: "New" }, expectedVersion: 7) { id } }',
      { id: person.id },
    );
    expect(stale.extensions).toMatchObject({ code: "CONFLICT", reason: "STALE_VERSION", currentVersion: 1 });
    expect(await person.data("{ me { firstName version } }")).toEqual({ me: { firstName: "Uma", version: 1 } });
  });

  it("leaves nothing half-done: a definition with faults names them all, and another may take the name", async () => {
    const name = `Faulty${unique()}`;
    const define = (fields: object[]) => ({ input: { name, pluralName: name.toLowerCase() + "s", fields } });
    const query = "mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }";
    const { extensions } = await admin.error(
      query,
      define([
        { name: "Wrong Name", kind: "STRING" },
        { name: "target", kind: "REFERENCE", target: "Nowhere" },
        { name: "state", kind: "ENUM", enumValues: [] },
      ]),
    );
    expect(extensions.code).toBe("BAD_USER_INPUT");
    expect(extensions.fields?.length).toBeGreaterThanOrEqual(3);
    expect((await admin.send(`{ __type(name: "${name}") { name } }`)).data).toEqual({ __type: null });
    await admin.data(query, define([{ name: "label", kind: "STRING" }]));
  });

  it("stays anonymous: nobody reads people, not even by reference", async () => {
    const { errors, data } = await new Client().send("{ users { nodes { id } } }");
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});
