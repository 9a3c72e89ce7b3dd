import { expect } from "vitest";
import { register, unique, type Client, type Person, type Variables } from "../harness/client.js";
import {
  invalid,
  notPermitted,
  notSignedIn,
  type Answer,
  type Cast,
  type Prepared,
  type Recipes,
  type Shown,
} from "./recipe.js";

interface Named {
  id: string;
  name: string;
  version: number;
}

const MORE_THAN_ANYBODY_HOLDS = ["nonsense"];
const role = () => ({ name: `role ${unique()}`, description: "for a test", permissions: ["users:read"] });

/** What a list of the API's shows of the one with this id; null when it is not in it. */
async function listed(client: Client, query: string, key: string, id: unknown): Promise<Shown | null> {
  const { list } = await client.data<{ list: Shown[] }>(query);
  const found = list.find((each) => each[key] === id);
  if (!found) return null;
  const { [key]: _, ...shown } = found;
  return shown;
}

const ROLES = "{ list: roles { id name description permissions } }";
const roleShown = (admin: Client) => async (id: unknown) => listed(admin, ROLES, "id", id);

async function aRole(admin: Client): Promise<Named> {
  const mutation = "mutation ($input: RoleInput!) { createRole(input: $input) { id name version } }";
  return (await admin.data<{ createRole: Named }>(mutation, { input: role() })).createRole;
}

async function granting(cast: Cast, isHeld: boolean): Promise<Prepared> {
  const [person, { id: roleId, name }] = [await register("Grata"), await aRole(cast.admin)];
  const variables = { userId: person.id, roleId };
  const assign = "mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }";
  if (isHeld) await cast.admin.data(assign, variables);
  const query = "query ($id: ID!) { user(id: $id) { roles { id } } }";
  return {
    by: cast.admin,
    variables,
    denied: notPermitted(cast),
    bad: [{ variables: { roleId: "none" }, reason: "ROLE_NOT_FOUND" }],
    target: () => ({ type: "User", id: person.id, label: person.email }),
    shows: async () => {
      const { user } = await cast.admin.data<{ user: { roles: { id: string }[] } }>(query, { id: person.id });
      return { role: user.roles.some(({ id }) => id === roleId) ? name : null };
    },
  };
}

const KEYS = "{ list: apiKeys { id name permissions expiresAt revokedAt } }";
const KEY = `mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { apiKey { id name } } }`;
const keyInput = { name: "nightly", permissions: ["users:read:own"], expiresAt: new Date(Date.now() + 86_400_000) };

const ACCOUNTS = "{ list: serviceAccounts { id name description permissions disabledAt } }";
const accountInput = () => ({ name: `robot ${unique()}`, description: "sweeps", permissions: ["users:read"] });

async function ofServiceAccount(cast: Cast, more: Partial<Prepared>): Promise<Prepared> {
  const { admin } = cast;
  const mutation =
    "mutation ($input: ServiceAccountInput!) { createServiceAccount(input: $input) { serviceAccount { id name } } }";
  const { createServiceAccount } = await admin.data<{ createServiceAccount: { serviceAccount: Named } }>(mutation, {
    input: accountInput(),
  });
  const { id, name } = createServiceAccount.serviceAccount;
  return {
    by: admin,
    variables: { id },
    denied: notPermitted(cast),
    bad: [{ variables: { id: "none" }, reason: "SERVICE_ACCOUNT_NOT_FOUND" }],
    target: () => ({ type: "ServiceAccount", id, label: name }),
    shows: () => listed(admin, ACCOUNTS, "id", id),
    ...more,
  };
}

const SIGNING_KEYS = "{ list: signingKeys { kid algorithm status } }";
const ROTATE = 'mutation { rotateSigningKey(reason: "for a test") { kid } }';

/** Of a key that signs nothing yet: revoking another would have everybody refresh their tokens. */
async function publishedKey(admin: Client): Promise<string> {
  const { list } = await admin.data<{ list: { kid: string; status: string }[] }>(SIGNING_KEYS);
  const published = list.find(({ status }) => status === "PUBLISHED");
  if (published) return published.kid;
  return (await admin.data<{ rotateSigningKey: { kid: string } }>(ROTATE)).rotateSigningKey.kid;
}

async function untilNoneIsPublished(admin: Client): Promise<void> {
  const statuses = async () =>
    (await admin.data<{ list: { status: string }[] }>(SIGNING_KEYS)).list.map(({ status }) => status);
  await expect.poll(statuses, { timeout: 30_000, interval: 500 }).not.toContain("PUBLISHED");
}

const idIn = (field: string) => (answer: Answer | undefined) => answer?.[field]?.id;
const managed = (cast: Cast, variables: Variables): Pick<Prepared, "by" | "denied" | "variables"> => ({
  by: cast.admin,
  denied: notPermitted(cast),
  variables,
});

export const accessRecipes: Recipes = {
  createRole: async (cast) => {
    const input = role();
    return Promise.resolve({
      ...managed(cast, { input }),
      selection: "{ id }",
      bad: [invalid({ input: { ...input, permissions: MORE_THAN_ANYBODY_HOLDS } })],
      target: ({ id }) => ({ type: "Role", id, label: input.name, version: 1 }),
      shows: (answer) => roleShown(cast.admin)(answer?.id),
    });
  },
  updateRole: async (cast) => {
    const [{ id, version }, input] = [await aRole(cast.admin), { ...role(), permissions: ["audit:read"] }];
    return {
      ...managed(cast, { id, input, expectedVersion: version }),
      bad: [
        invalid({ input: { ...input, name: " " } }),
        { variables: { expectedVersion: 7 }, reason: "STALE_VERSION" },
      ],
      target: () => ({ type: "Role", id, label: input.name, version: version + 1 }),
      shows: () => roleShown(cast.admin)(id),
    };
  },
  deleteRole: async (cast) => {
    const { id, name, version } = await aRole(cast.admin);
    return {
      ...managed(cast, { id }),
      bad: [{ variables: { id: "none" }, reason: "ROLE_NOT_FOUND" }],
      target: () => ({ type: "Role", id, label: name, version }),
      shows: () => roleShown(cast.admin)(id),
    };
  },
  assignRole: (cast) => granting(cast, false),
  unassignRole: (cast) => granting(cast, true),
  createApiKey: async (cast) => {
    const person = await register("Kira");
    return {
      by: person,
      variables: { input: keyInput },
      selection: "{ apiKey { id } }",
      denied: notSignedIn(cast),
      bad: [
        invalid({ input: { ...keyInput, permissions: MORE_THAN_ANYBODY_HOLDS } }),
        invalid({ input: { ...keyInput, expiresAt: "soon" } }),
      ],
      target: ({ apiKey }) => ({ type: "ApiKey", id: apiKey?.id, label: keyInput.name }),
      shows: (answer) => listed(person, KEYS, "id", idIn("apiKey")(answer)),
    };
  },
  revokeApiKey: async (cast) => {
    const person: Person = await register("Revo");
    const { createApiKey } = await person.data<{ createApiKey: { apiKey: Named } }>(KEY, { input: keyInput });
    const { id, name } = createApiKey.apiKey;
    return {
      by: person,
      variables: { id },
      denied: notSignedIn(cast),
      bad: [{ variables: { id: "none" }, reason: "API_KEY_NOT_FOUND" }],
      target: () => ({ type: "ApiKey", id, label: name }),
      shows: () => listed(person, KEYS, "id", id),
    };
  },
  createServiceAccount: async (cast) => {
    const input = accountInput();
    return Promise.resolve({
      ...managed(cast, { input }),
      selection: "{ serviceAccount { id } }",
      bad: [invalid({ input: { ...input, permissions: MORE_THAN_ANYBODY_HOLDS } })],
      target: ({ serviceAccount }) => ({ type: "ServiceAccount", id: serviceAccount?.id, label: input.name }),
      shows: (answer) => listed(cast.admin, ACCOUNTS, "id", idIn("serviceAccount")(answer)),
      redacted: ["secret"],
    });
  },
  rotateServiceAccountSecret: (cast) => ofServiceAccount(cast, { redacted: ["secret"] }),
  disableServiceAccount: (cast) => ofServiceAccount(cast, {}),
  rotateSigningKey: async (cast) => {
    await untilNoneIsPublished(cast.admin);
    return {
      ...managed(cast, { reason: "for a test" }),
      selection: "{ kid }",
      bad: [invalid({ reason: "" })],
      target: ({ kid }) => ({ type: "SigningKey", id: kid, label: null }),
      shows: (answer) => listed(cast.admin, SIGNING_KEYS, "kid", answer?.kid),
    };
  },
  revokeSigningKey: async (cast) => {
    const kid = await publishedKey(cast.admin);
    return {
      ...managed(cast, { kid, reason: "for a test" }),
      bad: [invalid({ reason: "" }), { variables: { kid: "none" }, reason: "SIGNING_KEY_NOT_FOUND" }],
      target: () => ({ type: "SigningKey", id: kid, label: null }),
      shows: () => listed(cast.admin, SIGNING_KEYS, "kid", kid),
    };
  },
};
