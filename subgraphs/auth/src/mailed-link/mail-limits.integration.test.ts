import { newId } from "@supergraph/persistence";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../account/password.js";
import { runningAuth } from "../running-auth.fixture.js";

const PASSWORD = "correct horse battery";
const RESET = "Set a new password";

describe("how many mails strangers may have sent to one mailbox", () => {
  let auth: Awaited<ReturnType<typeof runningAuth>>;
  let passwordHash: string;
  let count = 0;
  beforeAll(async () => {
    passwordHash = await hashPassword(PASSWORD);
    auth = await runningAuth(() => Promise.reject(new Error("No other service is called")));
  });
  afterAll(() => auth.stop());

  const person = async () => {
    const account = { user_id: newId(), email: `limited-${count++}@example.com`, password_hash: passwordHash };
    await auth.owner.run((query) => query("account").insert(account));
    return account;
  };
  const requestReset = (email: string) =>
    auth.send("mutation ($email: String!) { requestPasswordReset(email: $email) }", { email });
  const subjectsTo = async (email: string) => (await auth.mailsTo(email)).map(({ subject }) => subject);
  const jobsLeft = () => auth.owner.run((query) => query("mail_job").pluck<string[]>("id"));

  it("is five an hour, in however many spellings they write the address", async () => {
    const { email } = await person();
    const [local = ""] = email.split("@");
    const domains = [
      "example.com",
      "EXAMPLE.com",
      "ｅxample.com",
      "eｘample.com",
      "exａmple.com",
      "example。com",
      "exaｍple.com",
    ];
    for (const domain of domains) {
      expect(await requestReset(`${local}@${domain}`)).toEqual({ data: { requestPasswordReset: true } });
    }
    await expect.poll(jobsLeft).toEqual([]);
    expect(await subjectsTo(email)).toEqual(Array<string>(5).fill(RESET));
  });

  it("leaves the person the mail by which they get a new password, whatever else was asked for", async () => {
    const [victim, stranger] = [await person(), await person()];
    const caller = {
      sub: stranger.user_id,
      email: stranger.email,
      roles: [],
      permissions: [],
      client: "user" as const,
    };
    for (let times = 0; times < 6; times++) {
      const asked = await auth.send(
        "mutation ($newEmail: String!, $password: String!) { requestEmailChange(newEmail: $newEmail, password: $password) }",
        { newEmail: victim.email, password: PASSWORD },
        caller,
      );
      expect(asked).toEqual({ data: { requestEmailChange: true } });
    }
    await requestReset(victim.email);
    await expect.poll(() => subjectsTo(victim.email)).toContain(RESET);
    expect((await subjectsTo(victim.email)).filter((subject) => subject !== RESET)).toHaveLength(5);
  });
});
