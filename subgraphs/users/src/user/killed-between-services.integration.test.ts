import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Moment } from "../fixtures/holding-proxy.fixture.js";
import { administrator, TwoServices } from "../fixtures/two-services.fixture.js";

const MOMENTS: Moment[] = ["before it was called", "after it did its part"];
const WITHIN = { timeout: 15_000, interval: 100 };
const NOBODY = { users: undefined, auth: undefined };

let services: TwoServices;
beforeAll(async () => {
  services = await TwoServices.start();
});
afterAll(() => services.stop());

/** A mutation of users that is completed, and what both services hold once it is. */
const MUTATIONS = [
  { field: "suspendUser", args: ', reason: "asked to"', action: "user.suspend", from: "ACTIVE", to: "SUSPENDED" },
  { field: "reactivateUser", args: "", action: "user.reactivate", from: "SUSPENDED", to: "ACTIVE" },
  { field: "deleteUser", args: "", action: "user.delete", from: "ACTIVE", to: "DELETED" },
  { field: "eraseUser", args: ', reason: "asked to"', action: "user.erase", from: "ACTIVE", to: "ERASED" },
];

/** Sends one of each; none is answered while the proxy holds them. */
async function sendAll() {
  return Promise.all(
    MUTATIONS.map(async ({ field, args, action, from, to }) => {
      const { id, email } = await services.person(from);
      const requestId = randomUUID();
      const selection = field === "eraseUser" ? "{ auditEventId }" : "{ id }";
      const query = `mutation ($id: ID!) { ${field}(id: $id${args}) ${selection} }`;
      const answer = services.send("users", query, { id }, { requestId }).catch(() => undefined);
      const both = { status: to, email };
      const standing =
        to === "ERASED" ? { users: { status: "DELETED", email: null }, auth: undefined } : { users: both, auth: both };
      return { id, requestId, action, standing, answer };
    }),
  );
}

async function expectAllHold(sent: Awaited<ReturnType<typeof sendAll>>): Promise<void> {
  await expect.poll(() => services.intents(), WITHIN).toBe(0);
  for (const { id, requestId, action, standing } of sent) {
    expect(await services.standing(id), action).toEqual(standing);
    expect(await services.events(requestId), action).toMatchObject([
      { action, outcome: "success", user_id: administrator.sub, entity_id: id },
    ]);
  }
}

describe.each(MOMENTS)("users, killed when auth was waited for: %s", (moment) => {
  it("completes what was begun, with one event of who asked; and undoes a creation, whose address is free again", async () => {
    services.toAuth.hold(moment);
    const sent = await sendAll();
    const email = `${randomUUID()}@example.com`;
    const create =
      'mutation ($email: String!) { createUser(input: { email: $email, firstName: "A", lastName: "B" }) { id } }';
    const requestId = randomUUID();
    const created = services.send("users", create, { email }, { requestId }).catch(() => undefined);
    await expect.poll(() => services.toAuth.held.length, WITHIN).toBe(sent.length + 1);
    await services.kill("users");
    services.toAuth.letGo();
    await Promise.all([created, ...sent.map(({ answer }) => answer)]);
    await services.run("users");

    await expectAllHold(sent);
    expect(await services.events(requestId)).toEqual([]);
    expect(await services.auth.run((query) => query("account").where({ email }))).toEqual([]);
    const again = await services.send("users", create, { email });
    const { id } = again.data?.createUser as { id: string };
    const both = { status: "ACTIVE", email };
    expect(await services.standing(id)).toEqual({ users: both, auth: both });
  }, 45_000);
});

describe.each(MOMENTS)("auth, killed when users was waited for: %s", (moment) => {
  it("undoes a registration, whose address is free again", async () => {
    const register =
      'mutation ($email: String!) { register(input: { email: $email, password: "correct zebra battery", firstName: "A", lastName: "B" }) { user { id } } }';
    const email = `${randomUUID()}@example.com`;
    services.toUsers.hold(moment);
    const registering = services.send("auth", register, { email }, { caller: undefined }).catch(() => undefined);
    await expect.poll(() => services.toUsers.held.length, WITHIN).toBe(1);
    await services.kill("auth");
    services.toUsers.letGo();
    await registering;
    await services.run("auth");

    await expect.poll(() => services.intents(), WITHIN).toBe(0);
    expect(await services.users.run((query) => query("person").where({ email }))).toEqual([]);
    expect(await services.auth.run((query) => query("account").where({ email }))).toEqual([]);
    const again = await services.send("auth", register, { email }, { caller: undefined });
    expect(again.errors).toBeUndefined();
  }, 45_000);

  it("completes a change of address, with one event of who asked", async () => {
    const { id } = await services.person();
    const email = `${randomUUID()}@example.com`;
    const requestId = randomUUID();
    const token = randomUUID();
    const token_hash = createHash("sha256").update(token).digest();
    const expires_at = new Date(Date.now() + 60_000);
    const link = { user_id: id, kind: "confirm-email-change", token_hash, email, expires_at };
    await services.auth.run((query) => query("mail_token").insert(link));
    services.toUsers.hold(moment);
    const confirm = "mutation ($token: String!) { confirmEmailChange(token: $token) }";
    const from = { caller: undefined, requestId };
    const confirming = services.send("auth", confirm, { token }, from).catch(() => undefined);
    await expect.poll(() => services.toUsers.held.length, WITHIN).toBe(1);
    await services.kill("auth");
    services.toUsers.letGo();
    await confirming;
    await services.run("auth");

    await expect.poll(() => services.intents(), WITHIN).toBe(0);
    const both = { status: "ACTIVE", email };
    expect(await services.standing(id)).toEqual({ users: both, auth: both });
    expect(await services.events(requestId)).toMatchObject([
      { action: "auth.confirm-email-change", outcome: "success", user_id: id, entity_id: id },
    ]);
    const again = await services.send("auth", confirm, { token }, { caller: undefined });
    expect(again.errors?.[0]?.extensions.reason).toBe("LINK_INVALID");
  }, 45_000);
});

it("auth, killed while it is called, does its part once it is back; who asked is told to try again", async () => {
  services.toAuth.hold("before it was called");
  const sent = await sendAll();
  await expect.poll(() => services.toAuth.held.length, WITHIN).toBe(sent.length);
  await services.kill("auth");
  services.toAuth.letGo();
  for (const { answer } of sent) expect((await answer)?.errors?.[0]?.extensions.reason).toBe("SERVICE_OUT_OF_REACH");
  await services.run("auth");
  await expectAllHold(sent);
}, 45_000);

it("users, cut off from PostgreSQL before its commit, completes what was begun, with one event", async () => {
  services.toAuth.hold("after it did its part");
  const sent = await sendAll();
  await expect.poll(() => services.toAuth.held.length, WITHIN).toBe(sent.length);
  await services.cutConnections("users");
  services.toAuth.letGo();
  for (const { answer } of sent) expect((await answer)?.errors).toHaveLength(1);
  await expectAllHold(sent);
}, 45_000);

it("what auth refuses changes nothing, and leaves one failure and no intent", async () => {
  const { id } = await services.person();
  await services.auth.run((query) => query("account").where({ user_id: id }).delete());
  const requestId = randomUUID();
  const query = 'mutation ($id: ID!) { suspendUser(id: $id, reason: "asked to") { id } }';
  const { errors } = await services.send("users", query, { id }, { requestId });
  expect(errors?.[0]?.extensions.reason).toBe("USER_NOT_FOUND");
  expect(await services.standing(id)).toMatchObject({ users: { status: "ACTIVE" }, ...{ auth: NOBODY.auth } });
  expect(await services.events(requestId)).toMatchObject([{ outcome: "failure", reason: "USER_NOT_FOUND" }]);
  expect(await services.intents()).toBe(0);
});
