import { hash } from "@node-rs/bcrypt";
import type { Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedInNow } from "../fixtures/auth-api.fixture.js";
import { runningAuth } from "../running-auth.fixture.js";

const OLD = "correct horse battery";
const NEW = "a rather new password";
const WITHIN = { timeout: 5_000 };

let auth: Awaited<ReturnType<typeof runningAuth>>;
beforeAll(async () => {
  auth = await runningAuth(() => Promise.reject(new Error("Second factors call no other service")));
});
afterAll(() => auth.stop());

describe("mail and a second factor", () => {
  const email = "ada@example.com";
  const sub = newId();
  const ada: Claims = { ...signedInNow(), sub, email, permissions: [] };
  let codes: string[];
  const subjects = async () => (await auth.mailsTo(email)).map(({ subject }) => subject);
  const login = async (password: string, otp?: string) => {
    const input = { email, password, ...(otp !== undefined && { otp }) };
    const { errors } = await auth.send("mutation ($input: LoginInput!) { login(input: $input) { session { id } } }", {
      input,
    });
    return errors?.[0]?.extensions.reason;
  };

  beforeAll(async () => {
    const password_hash = await hash(OLD, { cost: 4 });
    await auth.owner.run((query) => query("account").insert({ user_id: sub, email, password_hash }));
    const { data } = await auth.send("mutation { startTotpEnrollment { secret } }", {}, ada);
    const { secret } = data?.startTotpEnrollment as { secret: string };
    const otp = TOTP.generate({ secret: Secret.fromBase32(secret) });
    const confirm = "mutation ($otp: String!) { confirmTotpEnrollment(otp: $otp) }";
    codes = (await auth.send(confirm, { otp }, ada)).data?.confirmTotpEnrollment as string[];
  });

  it("tells the person that the factor is on", async () => {
    await expect.poll(subjects, WITHIN).toEqual(["Two-factor sign-in is on"]);
  });

  it("a reset of the password does not get round the factor", async () => {
    await auth.send("mutation ($email: String!) { requestPasswordReset(email: $email) }", { email });
    await expect.poll(subjects, WITHIN).toContain("Set a new password");
    const [link = ""] = (await auth.mailsTo(email))[0]?.links ?? [];
    const reset =
      "mutation ($token: String!, $newPassword: String!) { resetPassword(token: $token, newPassword: $newPassword) }";
    const token = new URL(link).searchParams.get("token");
    expect(await auth.send(reset, { token, newPassword: NEW })).toEqual({ data: { resetPassword: true } });
    expect(await login(NEW)).toBe("MFA_REQUIRED");
    expect(await login(NEW, codes[0])).toBeUndefined();
  });

  it("tells the person that the factor is off", async () => {
    const disable = "mutation ($password: String!, $otp: String!) { disableTotp(password: $password, otp: $otp) }";
    expect((await auth.send(disable, { password: NEW, otp: codes[1] }, ada)).errors).toBeUndefined();
    await expect.poll(subjects, WITHIN).toContain("Two-factor sign-in is off");
  });
});
