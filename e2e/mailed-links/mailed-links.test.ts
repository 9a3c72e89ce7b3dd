import pg from "pg";
import { describe, expect, inject, it } from "vitest";
import { Client, endpoint, register, signIn, unique, type Person } from "../harness/client.js";
import { linkTo, mailsTo, tokenOf } from "../harness/mailbox.js";
import { ownerDatabaseUrl } from "../harness/replicas.js";
import { currentStep, totpCode } from "../harness/totp.js";

const RESET =
  "mutation ($token: String!, $newPassword: String!) { resetPassword(token: $token, newPassword: $newPassword) }";
const newPassword = () => `quite another ${unique()}`;

const resetLink = async (email: string) => {
  const mutation = "mutation ($email: String!) { requestPasswordReset(email: $email) }";
  expect(await new Client().data(mutation, { email })).toEqual({ requestPasswordReset: true });
  return linkTo(email.toLowerCase(), "Set a new password");
};
const reasonOf = async (query: string, variables: Record<string, unknown>) =>
  (await new Client().error(query, variables)).extensions.reason;
const logIn = (email: string, password: string) =>
  reasonOf("mutation ($input: LoginInput!) { login(input: $input) { user { id } } }", { input: { email, password } });
const endedReason = async ({ accessToken }: Person) =>
  (await new Client(endpoint(), accessToken).send("{ me { id } }")).errors?.[0]?.extensions.reason;

describe("a link that was mailed", () => {
  it("verifies the address of somebody who has just registered", async () => {
    const person = await register("Vera");
    const isVerified = "{ me { emailVerified } }";
    expect(await person.data(isVerified)).toEqual({ me: { emailVerified: false } });
    const token = tokenOf(await linkTo(person.email, "Verify your e-mail address"));
    await new Client().data("mutation ($token: String!) { verifyEmail(token: $token) }", { token });
    expect(await person.data(isVerified)).toEqual({ me: { emailVerified: true } });
  });

  it("sets a new password, once, and ends every session within 5 s", async () => {
    const person = await register("Resa");
    const elsewhere = await signIn(person.email, person.password);
    const link = await resetLink(person.email.toUpperCase());
    expect(link.pathname).toBe("/account/reset-password");
    // Mail scanners open links.
    expect((await fetch(new URL(link.pathname + link.search, inject("supergraph").origin))).status).toBe(200);
    const chosen = newPassword();
    await new Client().data(RESET, { token: tokenOf(link), newPassword: chosen });
    for (const session of [person, elsewhere]) {
      await expect.poll(() => endedReason(session), { timeout: 5_000 }).toBe("SESSION_ENDED");
    }
    expect(await logIn(person.email, person.password)).toBe("INVALID_CREDENTIALS");
    expect((await signIn(person.email, chosen)).id).toBe(person.id);
    expect(await reasonOf(RESET, { token: tokenOf(link), newPassword: newPassword() })).toBe("LINK_INVALID");
    await expect.poll(async () => (await mailsTo(person.email))[0]?.subject).toBe("Your password was changed");
  });

  it("is of no use after 30 minutes", async () => {
    const person = await register("Exa");
    const token = tokenOf(await resetLink(person.email));
    const database = new pg.Client({ connectionString: await ownerDatabaseUrl() });
    await database.connect();
    const minutesAgo = "update auth.mail_token set expires_at = expires_at - interval '30 minutes' where user_id = $1";
    await database.query(minutesAgo, [person.id]);
    await database.end();
    expect(await reasonOf(RESET, { token, newPassword: newPassword() })).toBe("LINK_INVALID");
  });

  it("does not get round a second factor", async () => {
    const person = await register("Totty");
    const { startTotpEnrollment } = await person.data<{ startTotpEnrollment: { secret: string } }>(
      "mutation { startTotpEnrollment { secret } }",
    );
    const otp = totpCode(startTotpEnrollment.secret, currentStep());
    await person.data("mutation ($otp: String!) { confirmTotpEnrollment(otp: $otp) }", { otp });
    const chosen = newPassword();
    await new Client().data(RESET, { token: tokenOf(await resetLink(person.email)), newPassword: chosen });
    expect(await logIn(person.email, chosen)).toBe("MFA_REQUIRED");
  });

  it("moves an account to a new address, in users and auth, and the old one is told", async () => {
    const person = await register("Mo");
    const newEmail = `moved-${unique()}@example.com`;
    await person.data(
      "mutation ($newEmail: String!, $password: String!) { requestEmailChange(newEmail: $newEmail, password: $password) }",
      {
        newEmail: newEmail.toUpperCase(),
        password: person.password,
      },
    );
    const token = tokenOf(await linkTo(newEmail, "Confirm your new e-mail address"));
    await new Client().data("mutation ($token: String!) { confirmEmailChange(token: $token) }", { token });
    expect(await person.data("{ me { email emailVerified } }")).toEqual({
      me: { email: newEmail, emailVerified: true },
    });
    expect((await signIn(newEmail, person.password)).id).toBe(person.id);
    expect(await logIn(person.email, person.password)).toBe("INVALID_CREDENTIALS");
    await expect.poll(async () => (await mailsTo(person.email))[0]?.subject).toBe("Your e-mail address was changed");
  });
});

describe("an e-mail address", () => {
  const registration = (email: string) =>
    new Client().send("mutation ($input: RegisterInput!) { register(input: $input) { user { email } } }", {
      input: { email, password: `long enough ${unique()}`, firstName: "Odd", lastName: "Address" },
    });

  it("of another mailbox is another account's, however its letters fold", async () => {
    const rest = `${unique()}@example.com`;
    for (const letter of ["i", "\u0130", "\u0131"]) {
      expect((await registration(`${letter}-${rest}`)).errors, letter).toBeUndefined();
    }
    expect((await registration(`I-${rest.toUpperCase()}`)).errors?.[0]?.extensions.reason).toBe("EMAIL_TAKEN");
  });

  it("of a domain in its own script is that in DNS's", async () => {
    const local = unique();
    expect((await registration(`${local}@bücher.example`)).data).toEqual({
      register: { user: { email: `${local}@xn--bcher-kva.example` } },
    });
    expect((await registration(`${local}@XN--BCHER-KVA.example`)).errors?.[0]?.extensions.reason).toBe("EMAIL_TAKEN");
  });

  it.each(["ada@example.com.", " ada@example.com", '"ada"@example.com', "ada\u200b@example.com", "ada\0@example.com"])(
    "%j is refused, and the field named",
    async (email) => {
      const { errors } = await registration(email);
      expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", fields: [{ path: "input.email" }] });
    },
  );
});
