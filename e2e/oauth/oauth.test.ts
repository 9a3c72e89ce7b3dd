import { setTimeout as sleep } from "node:timers/promises";
import {
  allowInsecureRequests,
  clientCredentialsGrant,
  ClientSecretBasic,
  ClientSecretPost,
  discovery,
  None,
  refreshTokenGrant,
  tokenIntrospection,
  tokenRevocation,
  type ClientAuth,
} from "openid-client";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { administrator, Client, endpoint, register, unique, type Person } from "../harness/client.js";

interface Created {
  createServiceAccount: { clientId: string; clientSecret: string };
}

const CREATE = `mutation ($input: ServiceAccountInput!) { createServiceAccount(input: $input) { clientId clientSecret } }`;
const NOBODY = "01990000-0000-7000-8000-000000000000";

/** What a client knows after it has read our own metadata: openid-client is as strict as the standards are. */
const client = (clientId: string, authentication: ClientAuth) =>
  discovery(new URL(issuer()), clientId, undefined, authentication, {
    algorithm: "oauth2",
    execute: [allowInsecureRequests],
  });
const issuer = () => `http://localhost:${inject("supergraph").ports.gateway}`;

describe("OAuth 2.0", () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await administrator();
  });

  const serviceAccount = async (permissions: string[]) => {
    const input = { name: `robot ${unique()}`, permissions };
    return (await admin.data<Created>(CREATE, { input })).createServiceAccount;
  };
  const reasonFor = async (accessToken: string, query: string) =>
    (await new Client(endpoint(), accessToken).send(query)).errors?.[0]?.extensions.reason;

  it("is described where clients look for it (RFC 8414)", async () => {
    const response = await fetch(`${inject("supergraph").origin}/.well-known/oauth-authorization-server`);
    expect(await response.json()).toMatchObject({
      issuer: issuer(),
      token_endpoint: `${issuer()}/oauth/token`,
      grant_types_supported: ["client_credentials", "refresh_token"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
      code_challenge_methods_supported: ["S256"],
    });
  });

  it("gives a service account a token that may do what the account may, and no more", async () => {
    const { clientId, clientSecret } = await serviceAccount(["users:read", "audit:read"]);
    const { access_token, expires_in, refresh_token } = await clientCredentialsGrant(
      await client(clientId, ClientSecretBasic(clientSecret)),
    );
    expect({ expires_in, refresh_token }).toEqual({ expires_in: 900, refresh_token: undefined });
    const robot = new Client(endpoint(), access_token);
    await robot.data("{ users(first: 1) { nodes { id email } } }");
    expect(await reasonFor(access_token, `{ roles { id } }`)).toBe("PERMISSION_MISSING");

    const narrow = await clientCredentialsGrant(await client(clientId, ClientSecretPost(clientSecret)), {
      scope: "audit:read",
    });
    expect(narrow.scope).toBe("audit:read");
    expect(await reasonFor(narrow.access_token, "{ users(first: 1) { nodes { id } } }")).toBe("PERMISSION_MISSING");
  });

  it("says in the log which service account it was", async () => {
    const { clientId, clientSecret } = await serviceAccount(["roles:assign"]);
    const { access_token } = await clientCredentialsGrant(await client(clientId, ClientSecretBasic(clientSecret)));
    const assign = `mutation { assignRole(userId: "${NOBODY}", roleId: "${NOBODY}") { id } }`;
    const { headers, errors } = await new Client(endpoint(), access_token).send(assign);
    expect(errors?.[0]?.extensions.reason).toBe("ROLE_NOT_FOUND");
    const { auditEvents } = await admin.data<{ auditEvents: { nodes: { actor: unknown }[] } }>(
      `query ($id: String!) { auditEvents(filter: { requestId: $id }) { nodes { actor { type id label user { id } } } } }`,
      { id: headers.get("x-request-id") },
    );
    expect(auditEvents.nodes).toEqual([{ actor: { type: "SERVICE", id: null, label: clientId, user: null } }]);
  });

  it("gives a disabled account nothing, and what it had ends at the gateway within 5 s", async () => {
    const { clientId, clientSecret } = await serviceAccount(["users:read"]);
    const configuration = await client(clientId, ClientSecretBasic(clientSecret));
    const { access_token } = await clientCredentialsGrant(configuration);
    const asks = () => reasonFor(access_token, "{ users(first: 1) { nodes { id } } }");
    expect(await asks()).toBeUndefined();
    await admin.data("mutation ($id: ID!) { disableServiceAccount(id: $id) { id } }", { id: clientId });
    const deadline = Date.now() + 5_000;
    while ((await asks()) === undefined && Date.now() < deadline) await sleep(50);
    expect(await asks()).toBe("SESSION_ENDED");
    await expect(clientCredentialsGrant(configuration)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: "basic" }],
    });
  });

  it("renews a person's tokens, and revokes them", async () => {
    const { refreshToken, id } = await register();
    const web = await client("web", None());
    const renewed = await refreshTokenGrant(web, refreshToken);
    const me = new Client(endpoint(), renewed.access_token);
    expect(await me.data("{ me { id } }")).toEqual({ me: { id } });

    await tokenRevocation(web, renewed.refresh_token ?? "");
    const deadline = Date.now() + 5_000;
    while ((await reasonFor(renewed.access_token, "{ me { id } }")) === undefined && Date.now() < deadline)
      await sleep(50);
    expect(await reasonFor(renewed.access_token, "{ me { id } }")).toBe("SESSION_ENDED");
    await expect(refreshTokenGrant(web, renewed.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
      status: 400,
    });
  });

  it("tells who may introspect what a token is worth", async () => {
    const { clientId, clientSecret } = await serviceAccount(["tokens:introspect"]);
    const inspector = await client(clientId, ClientSecretBasic(clientSecret));
    const { accessToken = "" } = admin;
    expect(await tokenIntrospection(inspector, accessToken)).toMatchObject({
      active: true,
      sub: admin.id,
      client_id: "web",
      iss: issuer(),
    });
    expect(await tokenIntrospection(inspector, `${accessToken}x`)).toEqual({ active: false });
    const other = await serviceAccount([]);
    await expect(
      tokenIntrospection(await client(other.clientId, ClientSecretBasic(other.clientSecret)), accessToken),
    ).rejects.toMatchObject({ error: "unauthorized_client", status: 403 });
  });
});
