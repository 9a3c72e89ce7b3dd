import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, inject, it, vi } from "vitest";
import { administrator, Client, endpoint, register, unique, type Person } from "../harness/client.js";
import { OUTPUT_FILE } from "../harness/supergraph.js";

const WITHIN = { timeout: 5_000 };
const CREATE = `mutation ($input: ApiKeyInput!) {
  createApiKey(input: $input) { secret apiKey { id prefix permissions lastUsedAt owner { id } } }
}`;

interface Created {
  createApiKey: { secret: string; apiKey: { id: string; prefix: string; lastUsedAt: string | null } };
}

describe("an API key", () => {
  let admin: Person;
  let person: Person;
  let roleId: string;
  beforeAll(async () => {
    admin = await administrator();
    person = await register("Kira");
    const { createRole } = await admin.data<{ createRole: { id: string } }>(
      "mutation ($input: RoleInput!) { createRole(input: $input) { id } }",
      { input: { name: `reads people ${unique()}`, permissions: ["users:read"] } },
    );
    roleId = createRole.id;
    await role("assignRole");
    await vi.waitFor(async () => expect(await permissionsOf(person)).toContain("users:read"), WITHIN);
  });

  const role = (field: string) =>
    admin.data(`mutation ($userId: ID!, $roleId: ID!) { ${field}(userId: $userId, roleId: $roleId) { id } }`, {
      userId: person.id,
      roleId,
    });
  const permissionsOf = async (client: Client) =>
    (await client.data<{ me: { permissions: string[] } }>("{ me { permissions } }")).me.permissions;
  const create = async (permissions: string[], input: object = {}) => {
    const variables = { input: { name: "nightly", permissions, ...input } };
    const { createApiKey } = await person.data<Created>(CREATE, variables);
    return { ...createApiKey, client: new Client(endpoint(), createApiKey.secret) };
  };
  const reasonAt = async (client: Client, query = "{ me { id } }") =>
    (await client.send(query)).errors?.[0]?.extensions.reason;

  it("stands for its owner, with no more than it was given", async () => {
    const { secret, apiKey, client } = await create(["users:read"]);
    expect(secret.startsWith(apiKey.prefix)).toBe(true);
    expect(apiKey).toMatchObject({ prefix: secret.slice(0, 8), permissions: ["users:read"], owner: { id: person.id } });
    expect(await client.data("{ me { id email } }")).toEqual({ me: { id: person.id, email: person.email } });
    expect(await reasonAt(client, "{ users(first: 1) { nodes { id } } }")).toBeUndefined();
    const update = `mutation { updateUser(id: "${person.id}", input: { displayName: "K." }) { id } }`;
    expect(await reasonAt(client, update)).toBe("PERMISSION_MISSING");
    expect(await reasonAt(person, update)).toBeUndefined();
  });

  it("loses what its owner loses within 5 s, and has it again when they do", async () => {
    const { client } = await create(["users:read"]);
    const mayRead = async () => (await reasonAt(client, "{ users(first: 1) { nodes { id } } }")) === undefined;
    expect(await mayRead()).toBe(true);
    await role("unassignRole");
    await expect.poll(mayRead, WITHIN).toBe(false);
    await role("assignRole");
    await expect.poll(mayRead, WITHIN).toBe(true);
  });

  it("ends within 5 s of being revoked", async () => {
    const { client, apiKey } = await create(["users:read"]);
    expect(await reasonAt(client)).toBeUndefined();
    await person.data("mutation ($id: ID!) { revokeApiKey(id: $id) { id } }", { id: apiKey.id });
    await expect.poll(() => reasonAt(client), WITHIN).toBe("API_KEY_INVALID");
    expect((await client.send("{ me { id } }")).status).toBe(401);
  });

  it("ends when it expires, though gateways have just used it", async () => {
    const { client } = await create(["users:read"], { expiresAt: new Date(Date.now() + 1_500) });
    expect(await reasonAt(client)).toBeUndefined();
    await expect.poll(() => reasonAt(client), WITHIN).toBe("API_KEY_INVALID");
  });

  it("makes no keys and grants nothing that it does not hold, and what it does is recorded with its id", async () => {
    const { client, apiKey } = await create(["users:read"]);
    const { errors, headers } = await client.send(CREATE, { input: { name: "another", permissions: ["users:read"] } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN", reason: "IN_PERSON_ONLY" });
    const { auditEvents } = await admin.data<{ auditEvents: { nodes: object[] } }>(
      `query ($requestId: String!) {
        auditEvents(filter: { requestId: $requestId }) { nodes { action outcome actor { id type } metadata } }
      }`,
      { requestId: headers.get("x-request-id") },
    );
    expect(auditEvents.nodes).toMatchObject([
      {
        action: "api-key.create",
        outcome: "DENIED",
        actor: { id: person.id, type: "API_KEY" },
        metadata: { apiKeyId: apiKey.id },
      },
    ]);
  });

  it("says when it was last used", async () => {
    const { client, apiKey } = await create(["users:read"]);
    expect(apiKey.lastUsedAt).toBeNull();
    const before = Date.now();
    await client.data("{ me { id } }");
    const lastUse = async () => {
      const { apiKeys } = await person.data<{ apiKeys: { id: string; lastUsedAt: string | null }[] }>(
        "{ apiKeys { id lastUsedAt } }",
      );
      return Date.parse(apiKeys.find(({ id }) => id === apiKey.id)?.lastUsedAt ?? "1970-01-01");
    };
    await expect.poll(lastUse, { timeout: 30_000, interval: 500 }).toBeGreaterThan(before - 1_000);
  });

  it("is never in the log, whether it works or not", async () => {
    const { secret, client, apiKey } = await create(["users:read"]);
    await client.data("{ me { id } }");
    await person.data("mutation ($id: ID!) { revokeApiKey(id: $id) { id } }", { id: apiKey.id });
    await expect.poll(() => reasonAt(client), WITHIN).toBe("API_KEY_INVALID");
    const log = await readFile(path.join(inject("supergraph").dataDirectory, OUTPUT_FILE), "utf8");
    expect(log).toContain(apiKey.id);
    expect(log).not.toContain(secret.slice(8));
  });
});
