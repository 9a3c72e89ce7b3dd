import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hashPassword } from "../account/password.js";
import { runningAuth } from "../running-auth.fixture.js";

const PASSWORD = "correct horse battery";
const NEXT = "a rather new password";
const email = "ada@example.com";

let auth: Awaited<ReturnType<typeof runningAuth>>;
beforeAll(async () => {
  // Three wrong passwords do what ten, or a hundred, do otherwise.
  auth = await runningAuth(() => Promise.reject(new Error("A reset calls no other service")), {
    RATE_LIMITS: "sign-in-pair=3,sign-in-account=3",
  });
  const account = { user_id: newId(), email, password_hash: await hashPassword(PASSWORD) };
  await auth.owner.run((query) => query("account").insert(account));
});
afterAll(() => auth.stop());

const login = async (password: string) => {
  const mutation = "mutation ($input: LoginInput!) { login(input: $input) { session { id } } }";
  return (await auth.send(mutation, { input: { email, password } })).errors?.[0]?.extensions.reason;
};

it("a password reset lifts the block that somebody's guesses have put on the account and the address", async () => {
  for (let guess = 0; guess < 3; guess++) expect(await login("not her password")).toBe("INVALID_CREDENTIALS");
  expect(await login(PASSWORD)).toBe("TOO_MANY_REQUESTS");

  await auth.send("mutation ($email: String!) { requestPasswordReset(email: $email) }", { email });
  await expect.poll(async () => (await auth.mailsTo(email)).length, { timeout: 5_000 }).toBe(1);
  const [link = ""] = (await auth.mailsTo(email))[0]?.links ?? [];
  await auth.send("mutation ($token: String!, $next: String!) { resetPassword(token: $token, newPassword: $next) }", {
    token: new URL(link).searchParams.get("token"),
    next: NEXT,
  });
  expect(await login(NEXT)).toBeUndefined();
});
