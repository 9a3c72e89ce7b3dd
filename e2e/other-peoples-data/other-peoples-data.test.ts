import { beforeAll, describe, expect, it } from "vitest";
import { administrator, register, signIn, unique, type Answer, type Person } from "../harness/client.js";

const suffix = unique();
const type = `Diary${suffix}`;
const one = `diary${suffix}`;
const many = `diaries${suffix}`;
const SETTINGS = `private-${suffix}`;
/** All of a person that is theirs alone. */
const PRIVATE = "email settings roles { name } permissions sessions { id ip userAgent } mfaEnabled recoveryCodesLeft";

/** An ordinary user who may read a type of entities, and whose they are. */
let reader: Person;
let owner: Person;
let diary: string;

beforeAll(async () => {
  const admin = await administrator();
  [reader, owner] = [await register("Rita"), await register("Olga")];
  await owner.data(
    "mutation ($id: ID!, $settings: JSON) { updateUser(id: $id, input: { settings: $settings }) { id } }",
    {
      id: owner.id,
      settings: { secret: SETTINGS },
    },
  );
  await admin.data("mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }", {
    input: {
      name: type,
      pluralName: many,
      fields: [
        { name: "title", kind: "STRING" },
        { name: "owner", kind: "REFERENCE", target: "User" },
      ],
    },
  });
  const { createRole } = await admin.data<{ createRole: { id: string } }>(
    "mutation ($input: RoleInput!) { createRole(input: $input) { id } }",
    { input: { name: `readers ${suffix}`, permissions: [`${type}:read`, `${type}:create`] } },
  );
  for (const { id } of [reader, owner])
    await admin.data("mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }", {
      userId: id,
      roleId: createRole.id,
    });
  [reader, owner] = [await signIn(reader.email, reader.password), await signIn(owner.email, owner.password)];
  const created = await owner.data<Record<string, { id: string }>>(
    `mutation ($owner: ID!) { create${type}(input: { title: "mine", owner: $owner }) { id } }`,
    { owner: owner.id },
  );
  diary = created[`create${type}`]?.id ?? "";
});

/** Everything that came back, errors and their messages included. */
async function answerTo(query: string, variables: object, asker: Person = reader): Promise<string> {
  const answer: Answer<object> = await asker.send(query, { ...variables });
  const codes = answer.errors?.map(({ extensions }) => extensions.code) ?? [];
  expect(codes).not.toContain("GRAPHQL_VALIDATION_FAILED");
  return JSON.stringify({ data: answer.data, errors: answer.errors });
}

function expectNothingPrivate(answer: string): void {
  for (const secret of [owner.email, owner.email.toUpperCase(), SETTINGS, owner.sessionId])
    expect(answer).not.toContain(secret);
}

describe("an ordinary user sees no other's e-mail, settings or sessions", () => {
  it.each([
    ["by id", `query ($id: ID!) { user(id: $id) { displayName ${PRIVATE} auditEvents { totalCount } } }`],
    ["among what they created", `query ($diary: ID!) { ${one}(id: $diary) { title createdBy { ${PRIVATE} } } }`],
    [
      "by a reference to them",
      `query ($diary: ID!) { ${one}(id: $diary) { title owner { ${PRIVATE} } updatedBy { ${PRIVATE} } } }`,
    ],
    [
      "in a list of entities",
      `{ ${many} { nodes { owner { ${PRIVATE} } } edges { node { createdBy { ${PRIVATE} } } } } }`,
    ],
    ["in any entity", `query ($diary: ID!) { entity(id: $diary) { createdBy { ${PRIVATE} } } }`],
    [
      "in what happened to an entity",
      `query ($diary: ID!) { ${one}(id: $diary) { title auditEvents { nodes { actor { label user { ${PRIVATE} } } } } } }`,
    ],
    [
      "in what they did",
      "query ($id: ID!) { auditEvents(filter: { userId: $id }) { totalCount nodes { actor { label } target { label } } } }",
    ],
    [
      "in what happened to them",
      "query ($id: ID!) { auditEvents(filter: { entityId: $id }) { totalCount nodes { actor { label } target { label } } } }",
    ],
    ["among everybody", `{ users(first: 100) { totalCount nodes { ${PRIVATE} } } }`],
    ["by their place among addresses", "{ users(orderBy: { field: EMAIL }) { nodes { id } edges { cursor } } }"],
    ["by how many have an address", "query ($email: String) { users(filter: { search: $email }) { totalCount } }"],
    [
      "by the ids that are asked for",
      "query ($id: ID!) { users(filter: { ids: [$id] }, orderBy: { field: EMAIL, direction: DESC }) { nodes { email } } }",
    ],
    ["among API keys", "query ($id: ID!) { apiKeys(userId: $id) { name owner { email } } }"],
    ["by what they may do", 'query ($id: ID!) { can(userId: $id, permission: "users:read") }'],
    ["by changing them", `mutation ($id: ID!) { updateUser(id: $id, input: { displayName: "x" }) { ${PRIVATE} } }`],
    [
      "by changing their settings",
      `mutation ($id: ID!) { updateUser(id: $id, input: { settings: {} }) { ${PRIVATE} } }`,
    ],
    ["by suspending them", `mutation ($id: ID!) { suspendUser(id: $id, reason: "x") { ${PRIVATE} } }`],
    ["by reactivating them", `mutation ($id: ID!) { reactivateUser(id: $id) { ${PRIVATE} } }`],
    ["by deleting them", `mutation ($id: ID!) { deleteUser(id: $id) { ${PRIVATE} } }`],
    ["by erasing them", 'mutation ($id: ID!) { eraseUser(id: $id, reason: "x") { auditEventId } }'],
    ["by having their data", "mutation ($id: ID!) { exportUserData(id: $id) }"],
    ["by acting as them", `mutation ($id: ID!) { impersonate(userId: $id, reason: "x") { user { ${PRIVATE} } } }`],
    [
      "by ending their session",
      "mutation ($session: ID!) { revokeSession(id: $session) { ip userAgent user { email } } }",
    ],
  ])("%s", async (_, query) => {
    const names = { id: owner.id, diary, email: owner.email, session: owner.sessionId };
    const used = Object.fromEntries(Object.entries(names).filter(([name]) => query.includes(`$${name}`)));
    const answer = await answerTo(query, used);
    expectNothingPrivate(answer);
    expect(answer).toMatch(/"code":"(FORBIDDEN|NOT_FOUND)"/);
  });

  it("whereas the person does, by each way to themselves", async () => {
    const query = `query ($id: ID!, $diary: ID!) {
      me { email settings sessions { id } }
      user(id: $id) { email settings sessions { id } }
      ${one}(id: $diary) { owner { email settings sessions { id } } }
    }`;
    const answer = await answerTo(query, { id: owner.id, diary }, owner);
    expect(answer.split(owner.email)).toHaveLength(4);
    expect(answer.split(SETTINGS)).toHaveLength(4);
    expect(answer.split(owner.sessionId)).toHaveLength(4);
  });
});
