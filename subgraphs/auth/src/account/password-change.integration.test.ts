import { hash } from "@node-rs/bcrypt";
import type { Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthApi } from "../fixtures/auth-api.fixture.js";

const PASSWORD = "correct horse battery";
const NEXT = "a staple of another kind";
const CHANGE = `mutation ($current: String!, $next: String!) {
  changePassword(currentPassword: $current, newPassword: $next)
}`;
const LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { session { id } } }";

describe("changing one's password", () => {
  let api: AuthApi;
  let passwordHash: string;
  let self: Claims;
  let others: string[];
  beforeAll(async () => {
    api = await AuthApi.start();
    passwordHash = await hash(PASSWORD, { cost: 4 });
  });
  afterAll(() => api.stop());
  beforeEach(async () => {
    const sub = newId();
    const email = `${sub}@example.com`;
    await api.owner.run((query) => query("account").insert({ user_id: sub, email, password_hash: passwordHash }));
    self = { sub, sid: newId(), email, roles: ["user"], permissions: [], client: "user" };
    others = [newId(), newId()];
    const expires_at = new Date(Date.now() + 60_000);
    const rows = [self.sid, ...others].map((id) => ({ id, user_id: sub, expires_at }));
    const impersonating = { id: newId(), user_id: newId(), impersonator_id: sub, expires_at };
    await api.owner.run((query) => query("session").insert(rows));
    await api.owner.run((query) => query("session").insert(impersonating));
    others.push(impersonating.id);
  });

  const change = (current: string, next: string, caller: Claims = self) => api.send(CHANGE, { current, next }, caller);
  const login = (password: string) => api.reason(LOGIN, { input: { email: self.email, password } });
  const live = async (): Promise<string[]> =>
    api.owner.run((query) =>
      query("session")
        .whereNull("ended_at")
        .whereIn("id", [self.sid ?? "", ...others])
        .pluck("id"),
    );
  const lastEvent = () =>
    api.owner.run((query) =>
      query("audit_outbox").where({ action: "auth.change-password" }).orderBy("id", "desc").first<object>("*"),
    );

  it("lets the new one in alone, and ends every other session, those of impersonation too", async () => {
    expect((await change(PASSWORD, NEXT)).data).toEqual({ changePassword: true });
    expect(await login(PASSWORD)).toBe("INVALID_CREDENTIALS");
    expect(await login(NEXT)).toBeUndefined();
    expect(await live()).toEqual([self.sid]);
    const told = await api.owner.run((query) => query("session_change").where({ kind: "session" }).pluck("subject_id"));
    for (const id of others) expect(told).toContain(id);
    expect(told).not.toContain(self.sid);
    const mails = await api.owner.run((query) => query("mail_job").where({ user_id: self.sub }).pluck("kind"));
    expect(mails).toEqual(["password-changed"]);
  });

  it("leaves one event, which tells neither password", async () => {
    await change(PASSWORD, NEXT);
    const event = await lastEvent();
    expect(event).toMatchObject({
      outcome: "success",
      user_id: self.sub,
      entity_type: "User",
      entity_id: self.sub,
      changes: [{ field: "password", redacted: true }],
    });
    expect(JSON.stringify(event)).not.toContain(NEXT);
    expect(
      await api.owner.run((query) => query("audit_outbox").where({ entity_id: self.sub }).pluck("id")),
    ).toHaveLength(1);
  });

  it("takes the current one, and counts a wrong one as a failed sign-in", async () => {
    for (let count = 0; count < 10; count++) {
      expect((await change("not my password", NEXT)).errors?.[0]?.extensions.reason).toBe("INVALID_CREDENTIALS");
    }
    expect(await lastEvent()).toMatchObject({ outcome: "failure", reason: "INVALID_CREDENTIALS", user_id: self.sub });
    expect((await change(PASSWORD, NEXT)).errors?.[0]?.extensions).toMatchObject({
      code: "RATE_LIMITED",
      retryAfterSeconds: expect.any(Number) as number,
    });
    expect(await login(PASSWORD)).toBe("TOO_MANY_REQUESTS");
    expect(await live()).toHaveLength(4);
  });

  it("refuses a new one that is no good, or the same", async () => {
    const faults: [string, string][] = [
      [PASSWORD, "another than the current one"],
      ["short", "12 to 72 bytes"],
      ["x".repeat(300), "it is 300"],
      ["password1234", "too easy to guess"],
      [`${self.email}`, "your name or e-mail"],
      ["before\0after it", "NUL"],
    ];
    for (const [next, fault] of faults) {
      const [error] = (await change(PASSWORD, next)).errors ?? [];
      expect(error?.extensions).toMatchObject({ code: "BAD_USER_INPUT", fields: [{ path: "newPassword" }] });
      expect(error?.message).toContain(fault);
    }
    expect(await login(PASSWORD)).toBeUndefined();
  });

  it("is done in person: by no API key, and by nobody who impersonates", async () => {
    const strangers: Claims[] = [
      { ...self, client: "api_key" },
      { ...self, act: { sub: newId() } },
    ];
    for (const stranger of strangers) {
      expect((await change(PASSWORD, NEXT, stranger)).errors?.[0]?.extensions.reason).toBe("IN_PERSON_ONLY");
    }
    expect(await login(PASSWORD)).toBeUndefined();
  });

  it("twice at once succeeds once", async () => {
    const answers = await Promise.all([change(PASSWORD, NEXT), change(PASSWORD, `${NEXT} still`)]);
    const reasons = answers.map(({ errors }) => errors?.[0]?.extensions.reason);
    expect(reasons.sort()).toEqual(["INVALID_CREDENTIALS", undefined]);
  });

  it("while somebody signs in with the old one leaves them no session", async () => {
    const outcomes = await Promise.all([login(PASSWORD), change(PASSWORD, NEXT), login(PASSWORD)]);
    expect(outcomes[1]).toMatchObject({ data: { changePassword: true } });
    const open = await api.owner.run((query) =>
      query("session").where({ user_id: self.sub }).whereNull("ended_at").pluck<string[]>("id"),
    );
    expect(open).toEqual([self.sid]);
  });
});
