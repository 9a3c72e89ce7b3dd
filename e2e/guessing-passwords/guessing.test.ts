import { describe, expect, it } from "vitest";
import { administrator, Client, register, signIn, unique, type OperationError } from "../harness/client.js";

const LOGIN = "mutation Guess($input: LoginInput!) { login(input: $input) { session { id } } }";
const REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }";
const CHANGE = `mutation ($current: String!, $next: String!) {
  changePassword(currentPassword: $current, newPassword: $next)
}`;
const EVENTS = `query ($entityId: ID!) {
  auditEvents(filter: { entityId: $entityId, actions: ["auth.login"] }, first: 100) { nodes { outcome reason ip } }
}`;

interface Events {
  auditEvents: { nodes: { outcome: string; reason: string | null; ip: string | null }[] };
}

type Refusal = OperationError & { extensions: { retryAfterSeconds?: number } };

const guess = async (email: string, password: string, headers: Record<string, string> = {}) =>
  (await new Client().send(LOGIN, { input: { email, password } }, headers)).errors?.[0] as Refusal | undefined;
const newcomer = (password: string, firstName = "Nora") => ({
  email: `nora-${unique()}@example.com`,
  password,
  firstName,
  lastName: "Example",
});

describe("who guesses passwords", () => {
  it("is stopped after ten, is told when to come back, can't claim to be somewhere else, and is in the audit log", async () => {
    const { id, email, password } = await register("Vera");
    for (let count = 0; count < 10; count++) {
      expect((await guess(email, "not her password"))?.extensions).toMatchObject({ reason: "INVALID_CREDENTIALS" });
    }
    for (const headers of [{}, { "x-forwarded-for": "198.51.100.7" }, { "x-real-ip": "198.51.100.7" }]) {
      const refusal = await guess(email.toUpperCase(), password, headers);
      expect(refusal?.extensions).toMatchObject({ code: "RATE_LIMITED", reason: "TOO_MANY_REQUESTS" });
      expect(refusal?.extensions.retryAfterSeconds).toBeGreaterThan(60);
    }
    const { auditEvents } = await (await administrator()).data<Events>(EVENTS, { entityId: id });
    const reasons = auditEvents.nodes.map(({ outcome, reason }) => `${outcome} ${reason}`);
    expect(reasons.filter((reason) => reason === "FAILURE INVALID_CREDENTIALS")).toHaveLength(10);
    expect(reasons.filter((reason) => reason === "FAILURE TOO_MANY_REQUESTS")).toHaveLength(3);
    expect(auditEvents.nodes.every(({ ip }) => ip === "127.0.0.1")).toBe(true);
  });
});

describe("a password", () => {
  it.each([
    ["of 73 bytes", "x".repeat(73), "it is 73"],
    ["of 300 bytes", "y".repeat(300), "it is 300"],
    ["of 20 characters that are 80 bytes", "🔑".repeat(20), "it is 80"],
    ["with a NUL", "before\0after it", "U+0000"],
    ["that everybody uses", "password1234", "too easy to guess"],
  ])("%s is refused with a clear answer, and signs nobody in", async (_, password, says) => {
    const input = newcomer(password);
    const [error] = (await new Client().send(REGISTER, { input })).errors ?? [];
    expect(error?.extensions).toMatchObject({ code: "BAD_USER_INPUT", fields: [{ path: "input.password" }] });
    expect(error?.message).toContain(says);
    const refused = password.includes("\0") ? "INVALID_INPUT" : "INVALID_CREDENTIALS";
    expect((await guess(input.email, password))?.extensions.reason).toBe(refused);
  });

  it("of letters, emoji and marks lets in whoever types it, however the characters are composed", async () => {
    const password = "Zoë 🔑 naïveté à la carte";
    const input = newcomer(password.normalize("NFD"));
    await new Client().data(REGISTER, { input });
    for (const form of ["NFC", "NFD"]) await signIn(input.email, password.normalize(form));
    expect((await guess(input.email, password.replace("ë", "e")))?.extensions.reason).toBe("INVALID_CREDENTIALS");
  });

  it("is changed by who knows it; every other session ends, this one goes on", async () => {
    const phone = await register("Cleo");
    const laptop = await signIn(phone.email, phone.password);
    await laptop.data("{ me { id } }");
    const next = `another one ${unique()}`;
    const wrong = await phone.error(CHANGE, { current: "not her password", next });
    expect(wrong.extensions).toMatchObject({ code: "UNAUTHENTICATED", reason: "INVALID_CREDENTIALS" });
    await phone.data(CHANGE, { current: phone.password, next });
    await expect
      .poll(async () => (await laptop.send("{ me { id } }")).errors?.[0]?.extensions.reason, { timeout: 5_000 })
      .toBe("SESSION_ENDED");
    expect(await phone.data("{ me { id } }")).toEqual({ me: { id: phone.id } });
    expect((await guess(phone.email, phone.password))?.extensions.reason).toBe("INVALID_CREDENTIALS");
    await signIn(phone.email, next);
  });
});
