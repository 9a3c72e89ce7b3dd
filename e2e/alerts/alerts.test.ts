import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { Client, register, signIn, type Person } from "../harness/client.js";
import { startSupergraph, type Supergraph } from "../harness/supergraph.js";

const SECRET = "a webhook's secret that only this test knows";
const ALERTS = `{ auditAlerts(first: 50) { nodes {
  id rule count target { type id } event { action actor { type } target { id } metadata }
} } }`;

interface Alert {
  id: string;
  rule: string;
  count: number;
  target: { type: string; id: string };
  event: { action: string; actor: { type: string }; target: { id: string }; metadata: Record<string, unknown> };
}

let webhook: Server;
const received: { headers: IncomingHttpHeaders; body: string }[] = [];
let supergraph: Supergraph;
let url: string;
let admin: Person;

beforeAll(async () => {
  webhook = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      // The first is lost on the way.
      response.writeHead(received.length === 1 ? 503 : 204).end();
    });
  }).listen(0, "127.0.0.1");
  await once(webhook, "listening");
  supergraph = await startSupergraph(inject("supergraph").topology, {
    environment: {
      AUDIT_ALERT_WEBHOOK_URL: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`,
      AUDIT_ALERT_WEBHOOK_SECRET: SECRET,
    },
  });
  url = `${supergraph.origin}/graphql`;
  admin = await signIn(supergraph.administrator.email, supergraph.administrator.password, url);
});
afterAll(async () => {
  await supergraph.stop();
  await supergraph.remove();
  webhook.close();
});

const alerts = async () => (await admin.data<{ auditAlerts: { nodes: Alert[] } }>(ALERTS)).auditAlerts.nodes;
const about = async (rule: string, id: string) =>
  (await alerts()).filter((alert) => alert.rule === rule && alert.target.id === id);
const within = { timeout: 15_000, interval: 250 };

async function guess(email: string): Promise<void> {
  await new Client(url).error("mutation ($input: LoginInput!) { login(input: $input) { user { id } } }", {
    input: { email, password: "not the right password" },
  });
}

/** As Standard Webhooks has a receiver check it. */
function isSigned({ headers, body }: (typeof received)[number]): boolean {
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  return headers["webhook-signature"] === `v1,${createHmac("sha256", SECRET).update(signed).digest("base64")}`;
}

it("ten wrong passwords for one account raise one alert, which an auditor sees and the webhook gets, at its second try", async () => {
  const victim = await register("Vera", url);
  for (let guesses = 0; guesses < 9; guesses++) await guess(victim.email);
  // Others' alerts show that the rules have looked at all of these.
  await admin.data("mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }", {
    userId: admin.id,
    roleId: await roleId("auditor"),
  });
  await expect.poll(() => about("self-granted-permission", admin.id), within).toHaveLength(1);
  expect(await about("failed-sign-ins-account", victim.id)).toEqual([]);

  for (let guesses = 0; guesses < 3; guesses++) await guess(victim.email);
  await expect.poll(() => about("failed-sign-ins-account", victim.id), within).toHaveLength(1);
  const [alert] = await about("failed-sign-ins-account", victim.id);
  expect(alert).toMatchObject({
    count: 10,
    target: { type: "User" },
    event: { action: "alert.raised", actor: { type: "SYSTEM" }, target: { id: victim.id } },
  });
  expect(JSON.stringify(alert)).not.toContain(victim.email);

  const delivered = () => received.filter(({ headers }) => headers["webhook-id"] === alert?.id);
  await expect.poll(delivered, within).not.toEqual([]);
  expect(received.every(isSigned)).toBe(true);
  expect(JSON.parse(delivered()[0]?.body ?? "")).toMatchObject({
    type: "alert.raised",
    data: { rule: "failed-sign-ins-account", count: 10, target: { type: "User", id: victim.id } },
  });
  const first = received[0]?.headers["webhook-id"];
  await expect.poll(() => received.filter(({ headers }) => headers["webhook-id"] === first).length, within).toBe(2);
  const line = supergraph
    .output()
    .split("\n")
    .find((text) => text.includes('"kind":"alert"') && text.includes(victim.id));
  expect(JSON.parse(line ?? "{}")).toMatchObject({ level: "warn", service: "audit", rule: "failed-sign-ins-account" });
});

it("a refresh token that comes again after its successor was used raises an alert about whose it is", async () => {
  const victim = await register("Rea", url);
  const REFRESH = "mutation ($token: String!) { refreshSession(refreshToken: $token) { tokens { refreshToken } } }";
  const refresh = async (token: string) =>
    (await new Client(url).data<{ refreshSession: { tokens: { refreshToken: string } } }>(REFRESH, { token }))
      .refreshSession.tokens.refreshToken;
  await refresh(await refresh(victim.refreshToken));
  const refused = await new Client(url).error(REFRESH, { token: victim.refreshToken });
  expect(refused.extensions.reason).toBe("REFRESH_TOKEN_REUSED");
  await expect.poll(() => about("refresh-reuse", victim.id), within).toHaveLength(1);
});

async function roleId(name: string): Promise<string | undefined> {
  const { roles } = await admin.data<{ roles: { id: string; name: string }[] }>("{ roles { id name } }");
  return roles.find((role) => role.name === name)?.id;
}
