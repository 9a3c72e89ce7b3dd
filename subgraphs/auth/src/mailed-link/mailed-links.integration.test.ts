import type { Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../account/password.js";
import { runningAuth } from "../running-auth.fixture.js";

const PASSWORD = "correct horse battery";
const RESET =
  "mutation ($token: String!, $newPassword: String!) { resetPassword(token: $token, newPassword: $newPassword) }";
const REQUEST = "mutation ($email: String!) { requestPasswordReset(email: $email) }";
const VERIFY = "mutation ($token: String!) { verifyEmail(token: $token) }";

let auth: Awaited<ReturnType<typeof runningAuth>>;
let passwordHash: string;
let count = 0;

beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
  auth = await runningAuth((service, _, { method, path }) => {
    // A change of address is for the users service to allow.
    expect([service, method]).toEqual(["users", "PUT"]);
    expect(path).toMatch(/^\/internal\/users\/[0-9a-f-]{36}\/email$/);
    return Promise.resolve({ status: 204, headers: {}, body: "" });
  });
});
afterAll(() => auth.stop());

const person = async (change: object = {}) => {
  const account = { user_id: newId(), email: `person-${count++}@example.com`, password_hash: passwordHash, ...change };
  await auth.owner.run((query) => query("account").insert(account));
  return account;
};
const claimsOf = ({ user_id, email }: { user_id: string; email: string }, more: Partial<Claims> = {}): Claims => ({
  sub: user_id,
  email,
  roles: ["user"],
  permissions: [],
  client: "user",
  ...more,
});
const accountOf = (userId: string) =>
  auth.owner.run((query) =>
    query("account")
      .where({ user_id: userId })
      .first<{ email: string; password_hash: string; email_verified: boolean }>(),
  );
const tokenTo = async (email: string) => {
  await expect.poll(async () => (await auth.mailsTo(email)).length, { timeout: 5_000 }).toBeGreaterThan(0);
  const [link = ""] = (await auth.mailsTo(email))[0]?.links ?? [];
  return new URL(link).searchParams.get("token") ?? "";
};
const resetLink = async (email: string) => {
  await auth.send(REQUEST, { email });
  return tokenTo(email);
};
const reset = (token: string, newPassword = "a rather new password") => auth.send(RESET, { token, newPassword });
const login = (email: string, password: string) =>
  auth.send("mutation ($input: LoginInput!) { login(input: $input) { session { id } } }", {
    input: { email, password },
  });
const eventsOf = (action: string) =>
  auth.owner.run((query) =>
    query("audit_outbox").where({ action }).orderBy("id").select<Record<string, unknown>[]>("*"),
  );
const openSession = (userId: string, impersonatorId: string | null = null) =>
  auth.owner.run((query) =>
    query("session").insert({
      id: newId(),
      user_id: userId,
      impersonator_id: impersonatorId,
      expires_at: query.raw("now() + interval '1 day'"),
    }),
  );
const liveSessions = (column: "user_id" | "impersonator_id", id: string) =>
  auth.owner.run((query) =>
    query("session")
      .where({ [column]: id })
      .whereNull("ended_at")
      .pluck<string[]>("id"),
  );

describe("a password reset", () => {
  it("sets the password once, verifies the address, ends every session, and signs nobody in", async () => {
    const someone = await person();
    const other = await person();
    await openSession(someone.user_id);
    await openSession(someone.user_id);
    await openSession(other.user_id, someone.user_id);
    const token = await resetLink(someone.email);
    expect(await reset(token)).toEqual({ data: { resetPassword: true } });

    expect((await login(someone.email, PASSWORD)).errors?.[0]?.extensions.reason).toBe("INVALID_CREDENTIALS");
    expect(await liveSessions("user_id", someone.user_id)).toEqual([]);
    expect(await liveSessions("impersonator_id", someone.user_id)).toEqual([]);
    expect((await login(someone.email, "a rather new password")).errors).toBeUndefined();
    expect(await accountOf(someone.user_id)).toMatchObject({ email_verified: true });
    const changes = await auth.owner.run((query) =>
      query("session_change").where({ subject_id: someone.user_id }).pluck("kind"),
    );
    expect(changes).toEqual(["user"]);
    await expect.poll(async () => (await auth.mailsTo(someone.email))[0]?.subject).toBe("Your password was changed");
    expect((await reset(token, "yet another password")).errors?.[0]?.extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      reason: "LINK_INVALID",
    });
  });

  it("ends the API keys of an account whose address nobody had proved: somebody else may have made it", async () => {
    const keyOf = async ({ user_id }: { user_id: string }) => {
      const key = {
        id: newId(),
        user_id,
        name: "CI",
        prefix: "sgk_1234",
        secret_hash: Buffer.from(user_id),
        permissions: [],
      };
      await auth.owner.run((query) => query("api_key").insert(key));
      return () =>
        auth.owner.run((query) => query("api_key").where({ id: key.id }).whereNull("revoked_at").pluck("id"));
    };
    const [unproved, proved] = [await person(), await person({ email_verified: true })];
    const [live, liveOfProved] = [await keyOf(unproved), await keyOf(proved)];
    for (const { email } of [unproved, proved]) await reset(await resetLink(email));
    expect(await live()).toEqual([]);
    expect(await liveOfProved()).toHaveLength(1);
    expect((await eventsOf("auth.reset-password")).at(-2)?.metadata).toEqual({ apiKeysEnded: 1 });
  });

  it("asked for by somebody else who is signed in is no event of theirs, which would tell them whose the address is", async () => {
    const [asking, someone] = [await person(), await person()];
    for (const email of [someone.email, "unknown-to-all@example.com", asking.email])
      await auth.send(REQUEST, { email }, claimsOf(asking));
    const [ofKnown, ofUnknown, ofOwn] = (await eventsOf("auth.request-password-reset")).slice(-3);
    const asked = { user_id: null, actor_label: null, metadata: { askedBy: asking.user_id } };
    expect([ofKnown, ofUnknown]).toMatchObject([
      { ...asked, entity_id: someone.user_id },
      { ...asked, entity_id: null },
    ]);
    expect(ofOwn).toMatchObject({ user_id: asking.user_id, entity_id: asking.user_id });
  });

  it("by a weak password is refused, and the link still works", async () => {
    const someone = await person();
    const token = await resetLink(someone.email);
    for (const weak of ["short", "x".repeat(73), `${someone.email}!`, "nul\0nul nul nul"]) {
      const { errors } = await reset(token, weak);
      expect(errors?.[0]?.extensions).toMatchObject({ reason: "INVALID_INPUT", fields: [{ path: "newPassword" }] });
    }
    expect((await reset(token)).errors).toBeUndefined();
  });

  it("of two at the same moment with one link happens once", async () => {
    const someone = await person();
    const token = await resetLink(someone.email);
    const answers = await Promise.all([reset(token, "the first of two"), reset(token, "the second of two")]);
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.reason))).toEqual([
      "LINK_INVALID",
    ]);
  });

  it("is refused alike for links that never were, expired, are of another kind or of an account that is not active", async () => {
    const [expired, suspended, moved, unverified] = [await person(), await person(), await person(), await person()];
    const tokens = {
      unknown: "x".repeat(43),
      empty: "",
      expired: await resetLink(expired.email),
      suspended: await resetLink(suspended.email),
      "of a former address": await resetLink(moved.email),
      "of another kind": await (async () => {
        await auth.send("mutation { requestEmailVerification }", {}, claimsOf(unverified));
        return tokenTo(unverified.email);
      })(),
    };
    await auth.owner.run((query) =>
      query("mail_token")
        .where({ user_id: expired.user_id })
        .update({ expires_at: query.raw("now() - interval '1 second'") }),
    );
    await auth.owner.run((query) =>
      query("account").where({ user_id: suspended.user_id }).update({ status: "SUSPENDED" }),
    );
    await auth.owner.run((query) =>
      query("account").where({ user_id: moved.user_id }).update({ email: "moved@example.com" }),
    );
    const answers = new Set<string>();
    for (const [which, token] of Object.entries(tokens)) {
      const { errors } = await reset(token);
      expect({ which, reason: errors?.[0]?.extensions.reason }).toEqual({ which, reason: "LINK_INVALID" });
      answers.add(errors?.[0]?.message ?? "");
    }
    expect(answers.size).toBe(1);
    expect((await accountOf(suspended.user_id))?.password_hash).toBe(passwordHash);
  });

  it("that was requested is in the log under the account, and under no address when there is none", async () => {
    const someone = await person();
    for (const email of [someone.email, "nobody-at-all@example.com"]) {
      expect(await auth.send(REQUEST, { email })).toEqual({ data: { requestPasswordReset: true } });
    }
    const [known, unknown] = (await eventsOf("auth.request-password-reset")).slice(-2);
    const anybody = { outcome: "success", actor_type: "anonymous", actor_label: null };
    expect(known).toMatchObject({ ...anybody, entity_id: someone.user_id, entity_type: "User" });
    expect(unknown).toMatchObject({ ...anybody, entity_id: null, entity_label: null });
    expect(JSON.stringify(unknown)).not.toContain("nobody-at-all");
  });
});

describe("a verification of an e-mail address", () => {
  it("is mailed on request, and done by its link, once", async () => {
    const someone = await person();
    const claims = claimsOf(someone);
    const verified = () =>
      auth.send("query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { emailVerified } } }", {
        of: [{ __typename: "User", id: someone.user_id }],
      });
    expect(await verified()).toEqual({ data: { _entities: [{ emailVerified: false }] } });
    expect(await auth.send("mutation { requestEmailVerification }", {}, claims)).toEqual({
      data: { requestEmailVerification: true },
    });
    const token = await tokenTo(someone.email);
    expect(await auth.send(VERIFY, { token })).toEqual({ data: { verifyEmail: true } });
    expect(await verified()).toEqual({ data: { _entities: [{ emailVerified: true }] } });
    expect((await auth.send(VERIFY, { token })).errors?.[0]?.extensions.reason).toBe("LINK_INVALID");
    const [success, failure] = (await eventsOf("auth.verify-email")).slice(-2);
    const target = {
      user_id: someone.user_id,
      entity_id: someone.user_id,
      entity_type: "User",
      entity_label: someone.email,
    };
    expect(success).toMatchObject({ ...target, outcome: "success", actor_type: "user" });
    expect(failure).toMatchObject({ ...target, outcome: "failure", actor_type: "anonymous", reason: "LINK_INVALID" });
  });

  it("can't be asked for by nobody, an API key, or who impersonates the person", async () => {
    const claims = claimsOf(await person());
    const refusal = async (as?: Claims) =>
      (await auth.send("mutation { requestEmailVerification }", {}, as)).errors?.[0]?.extensions.reason;
    expect(await refusal()).toBe("SIGN_IN_REQUIRED");
    expect(await refusal({ ...claims, client: "api_key" })).toBe("IN_PERSON_ONLY");
    expect(await refusal({ ...claims, act: { sub: newId() } })).toBe("IN_PERSON_ONLY");
    const events = (await eventsOf("auth.request-email-verification")).slice(-3);
    expect(events.map(({ outcome }) => outcome)).toEqual(["denied", "denied", "denied"]);
  });
});

describe("a change of e-mail address", () => {
  const REQUEST_CHANGE =
    "mutation ($newEmail: String!, $password: String!) { requestEmailChange(newEmail: $newEmail, password: $password) }";
  const CONFIRM = "mutation ($token: String!) { confirmEmailChange(token: $token) }";
  const requestChange = (who: Parameters<typeof claimsOf>[0], newEmail: string, password = PASSWORD) =>
    auth.send(REQUEST_CHANGE, { newEmail, password }, claimsOf(who));

  it("is confirmed from the new mailbox, once; the old one is told, and its links end", async () => {
    const someone = await person();
    const oldLink = await resetLink(someone.email);
    expect(await requestChange(someone, "Moved-Here@BÜCHER.example")).toEqual({ data: { requestEmailChange: true } });
    expect((await accountOf(someone.user_id))?.email).toBe(someone.email);
    const token = await tokenTo("moved-here@xn--bcher-kva.example");
    expect(await auth.send(CONFIRM, { token })).toEqual({ data: { confirmEmailChange: true } });

    expect(await accountOf(someone.user_id)).toMatchObject({
      email: "moved-here@xn--bcher-kva.example",
      email_verified: true,
    });
    expect((await login("MOVED-here@bücher.example", PASSWORD)).errors).toBeUndefined();
    expect((await login(someone.email, PASSWORD)).errors?.[0]?.extensions.reason).toBe("INVALID_CREDENTIALS");
    await expect
      .poll(async () => (await auth.mailsTo(someone.email))[0]?.subject)
      .toBe("Your e-mail address was changed");
    for (const [query, link] of [
      [CONFIRM, token],
      [VERIFY, oldLink],
    ] as const) {
      expect((await auth.send(query, { token: link })).errors?.[0]?.extensions.reason).toBe("LINK_INVALID");
    }
    expect((await reset(oldLink)).errors?.[0]?.extensions.reason).toBe("LINK_INVALID");
    const [success] = (await eventsOf("auth.confirm-email-change")).slice(-2);
    expect(success).toMatchObject({ outcome: "success", user_id: someone.user_id, entity_id: someone.user_id });
  });

  it("to somebody else's address looks like any other to who asks, and is told to whose it is", async () => {
    const [someone, other] = [await person(), await person()];
    const ofTaken = await requestChange(someone, other.email.toUpperCase());
    expect(ofTaken).toEqual(await requestChange(someone, "free@example.com"));
    await expect
      .poll(async () => (await auth.mailsTo(other.email))[0]?.subject)
      .toBe("Somebody wanted to use your e-mail address");
    expect((await auth.mailsTo(other.email))[0]?.links).toEqual([]);
  });

  it("takes the password, in person, and an address that is one", async () => {
    const someone = await person();
    expect((await requestChange(someone, "new@example.com", "wrong")).errors?.[0]?.extensions.reason).toBe(
      "INVALID_CREDENTIALS",
    );
    for (const bad of [
      "no address",
      "a@b",
      "\u0130 @example.com",
      "x@example.com\r\nBcc: y@example.com",
      someone.email,
    ]) {
      expect((await requestChange(someone, bad)).errors?.[0]?.extensions).toMatchObject({
        reason: "INVALID_INPUT",
        fields: [{ path: "newEmail" }],
      });
    }
    const claims = claimsOf(someone, { act: { sub: newId() } });
    const { errors } = await auth.send(REQUEST_CHANGE, { newEmail: "new@example.com", password: PASSWORD }, claims);
    expect(errors?.[0]?.extensions.reason).toBe("IN_PERSON_ONLY");
    const events = (await eventsOf("auth.request-email-change")).slice(-7);
    expect(new Set(events.map(({ entity_id }) => entity_id))).toEqual(new Set([someone.user_id]));
  });
});

describe("mails to one mailbox", () => {
  it("are at most five an hour, and nobody is told when one is left out", async () => {
    const someone = await person();
    for (let count = 0; count < 7; count++) {
      expect(await auth.send(REQUEST, { email: count % 2 ? someone.email : someone.email.toUpperCase() })).toEqual({
        data: { requestPasswordReset: true },
      });
    }
    await expect.poll(async () => (await auth.owner.run((query) => query("mail_job").select("id"))).length).toBe(0);
    expect(await auth.mailsTo(someone.email)).toHaveLength(5);
  });
});
