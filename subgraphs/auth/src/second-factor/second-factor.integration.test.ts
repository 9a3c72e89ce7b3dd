import { hash } from "@node-rs/bcrypt";
import type { Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AuthApi, signedInNow } from "../fixtures/auth-api.fixture.js";

const PASSWORD = "correct horse battery";
const START = "mutation { startTotpEnrollment { secret otpauthUrl qrCode } }";
const CONFIRM = "mutation ($otp: String!) { confirmTotpEnrollment(otp: $otp) }";
const DISABLE = "mutation ($password: String!, $otp: String!) { disableTotp(password: $password, otp: $otp) }";
const REGENERATE = "mutation ($otp: String!) { regenerateRecoveryCodes(otp: $otp) }";
const LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { session { id } } }";
const FACTORS = `query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on User { mfaEnabled recoveryCodesLeft } } }`;

/** The code of when the test began, or of the step after: the clock may tick over while a test runs. */
const codeOf = (secret: string, step: 0 | 1 = 0) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: began + step * 30_000 });

let api: AuthApi;
let passwordHash: string;
let self: Claims;
let began: number;
beforeAll(async () => {
  api = await AuthApi.start();
  passwordHash = await hash(PASSWORD, { cost: 4 });
});
afterAll(() => api.stop());
beforeEach(async () => {
  self = await newPerson();
  began = Date.now();
});

async function newPerson(): Promise<Claims> {
  const sub = newId();
  const email = `${sub}@example.com`;
  await api.owner.run((query) => query("account").insert({ user_id: sub, email, password_hash: passwordHash }));
  return { ...signedInNow(), sub, email, permissions: [] };
}

const start = () => api.field<{ secret: string; otpauthUrl: string; qrCode: string }>(START, {}, self);
const confirm = (otp: string) => api.field<string[]>(CONFIRM, { otp }, self);
const enroll = async () => {
  const { secret } = await start();
  return { secret, codes: await confirm(codeOf(secret)) };
};
const login = (otp?: string, password = PASSWORD) =>
  api.reason(LOGIN, { input: { email: self.email, password, ...(otp !== undefined && { otp }) } });
const factors = async (caller: Claims, of = [self.sub]) =>
  api.send(FACTORS, { of: of.map((id) => ({ __typename: "User", id })) }, caller);
const makeOlder = (minutes: number) =>
  api.owner.run((query) =>
    query("totp_enrollment").update({
      started_at: query.raw("started_at - make_interval(mins => ?)", [minutes]) as unknown as Date,
    }),
  );
const lastEvent = (action: string) =>
  api.owner.run((query) =>
    query("audit_outbox")
      .where({ action, entity_id: self.sub })
      .orderBy("id", "desc")
      .first<{ outcome: string; reason: string | null; metadata: unknown; user_id: string | null }>("*"),
  );

describe("setting up an authenticator app", () => {
  it("is not set up by who signed in more than 15 minutes ago", async () => {
    self = { ...self, authTime: Math.floor(Date.now() / 1_000) - 16 * 60 };
    expect(await api.reason(START, {}, self)).toBe("SIGN_IN_AGAIN");
  });

  it("counts only once a code has been seen", async () => {
    const { secret, otpauthUrl, qrCode } = await start();
    expect(otpauthUrl).toContain(`secret=${secret}`);
    expect(Buffer.from(qrCode.replace("data:image/png;base64,", ""), "base64").subarray(1, 4).toString()).toBe("PNG");
    expect(await login()).toBeUndefined();
    expect(await api.reason(CONFIRM, { otp: "000000" }, self)).toBe("OTP_INVALID");
    expect(await confirm(codeOf(secret))).toHaveLength(10);
    expect(await login()).toBe("MFA_REQUIRED");
    expect(await lastEvent("totp.confirm-enrollment")).toMatchObject({ outcome: "success", user_id: self.sub });
  });

  it("anew replaces what was begun before", async () => {
    const first = await start();
    const second = await start();
    expect(await api.reason(CONFIRM, { otp: codeOf(first.secret) }, self)).toBe("OTP_INVALID");
    expect(await confirm(codeOf(second.secret))).toHaveLength(10);
  });

  it("takes no longer than 15 minutes", async () => {
    const { secret } = await start();
    await makeOlder(16);
    expect(await api.reason(CONFIRM, { otp: codeOf(secret) }, self)).toBe("TOTP_ENROLLMENT_NOT_FOUND");
    await makeOlder(-2);
    expect(await confirm(codeOf(secret))).toHaveLength(10);
  });

  it("never replaces a second factor that is on: who has a session alone can't take the factor over", async () => {
    const { secret: pending } = await start();
    const row = await api.owner.run((query) =>
      query("totp_enrollment").where({ user_id: self.sub }).first<object>("*"),
    );
    await confirm(codeOf(pending));
    expect(await api.reason(START, {}, self)).toBe("TOTP_ENROLLED");
    await api.owner.run((query) => query("totp_enrollment").insert(row));
    expect(await api.reason(CONFIRM, { otp: codeOf(pending, 1) }, self)).toBe("TOTP_ENROLLED");
  });

  it("is for the person alone: no API key and nobody who impersonates them", async () => {
    const strangers: Claims[] = [
      { ...self, client: "api_key" },
      { ...self, act: { sub: newId() } },
    ];
    const operations = [START, CONFIRM, DISABLE, REGENERATE];
    for (const caller of strangers) {
      for (const operation of operations) {
        const reason = await api.reason(operation, { otp: "000000", password: PASSWORD }, caller);
        expect(reason, operation).toBe("IN_PERSON_ONLY");
      }
    }
    expect(await lastEvent("totp.disable")).toMatchObject({ outcome: "denied", reason: "IN_PERSON_ONLY" });
  });
});

describe("signing in with a second factor", () => {
  it("takes a code that was not used: not the one of the set-up, and none twice", async () => {
    const { secret } = await enroll();
    expect(await login()).toBe("MFA_REQUIRED");
    expect(await lastEvent("auth.login")).toMatchObject({ outcome: "failure", reason: "MFA_REQUIRED" });
    expect(await login(codeOf(secret))).toBe("OTP_INVALID");
    const next = codeOf(secret, 1);
    expect(await login(` ${next.slice(0, 3)} ${next.slice(3)}`)).toBeUndefined();
    expect(await lastEvent("auth.login")).toMatchObject({ metadata: { amr: ["pwd", "otp", "mfa"] } });
    expect(await login(next)).toBe("OTP_INVALID");
    const session = await api.owner.run((query) => query("session").where({ user_id: self.sub }).first<object>("amr"));
    expect(session).toEqual({ amr: ["pwd", "otp", "mfa"] });
  });

  it("lets one of two in who come with one code at once", async () => {
    const { secret } = await enroll();
    const code = codeOf(secret, 1);
    const reasons = await Promise.all(Array.from({ length: 5 }, () => login(code)));
    expect(reasons.filter((reason) => reason === undefined)).toHaveLength(1);
    expect(reasons.filter((reason) => reason === "OTP_INVALID")).toHaveLength(4);
  });

  it("takes each recovery code once, of those who come at once too, and says how many are left", async () => {
    const { codes } = await enroll();
    const [first = "", second = ""] = codes;
    const reasons = await Promise.all(Array.from({ length: 5 }, () => login(first)));
    expect(reasons.filter((reason) => reason === undefined)).toHaveLength(1);
    expect(await login(second.toLowerCase().replaceAll("-", " "))).toBeUndefined();
    expect(await lastEvent("auth.login")).toMatchObject({ metadata: { amr: ["pwd", "mfa"] } });
    expect((await factors(self)).data?._entities).toEqual([{ mfaEnabled: true, recoveryCodesLeft: 8 }]);
  });

  it("tells nothing of the factor to who has not the password", async () => {
    const { secret, codes } = await enroll();
    const wrong = "not the right password";
    for (const otp of [undefined, codeOf(secret, 1), codes[0]])
      expect(await login(otp, wrong)).toBe("INVALID_CREDENTIALS");
    expect(await login(codeOf(secret, 1))).toBeUndefined();
    expect(await login(codes[0])).toBeUndefined();
  });

  it("refuses even the right code after ten wrong ones, of whatever kind, to whoever knows the password", async () => {
    const { secret, codes } = await enroll();
    for (let tries = 0; tries < 10; tries++) expect(await login(tries % 2 ? "000000" : "WRONG0")).toBe("OTP_INVALID");
    expect(await login(codeOf(secret, 1))).toBe("TOO_MANY_REQUESTS");
    const [code = ""] = codes;
    expect(await api.reason(DISABLE, { password: PASSWORD, otp: code }, self)).toBe("TOO_MANY_REQUESTS");
    expect(await login()).toBe("MFA_REQUIRED");
  });

  it("ignores a code of who has no second factor", async () => {
    expect(await login("123456")).toBeUndefined();
  });
});

describe("a second factor", () => {
  it("goes with the password and a code of either kind, and its recovery codes with it", async () => {
    const { codes } = await enroll();
    const [first = "", second = ""] = codes;
    expect(await api.reason(DISABLE, { password: "not the right one", otp: first }, self)).toBe("INVALID_CREDENTIALS");
    expect(await api.reason(DISABLE, { password: PASSWORD, otp: "000000" }, self)).toBe("OTP_INVALID");
    expect(await api.field(DISABLE, { password: PASSWORD, otp: first }, self)).toBe(true);
    expect(await login()).toBeUndefined();
    expect(await api.reason(DISABLE, { password: PASSWORD, otp: second }, self)).toBe("TOTP_NOT_ENROLLED");
    const { codes: others } = await enroll();
    expect(await login(second)).toBe("OTP_INVALID");
    expect(await login(others[1])).toBeUndefined();
  });

  it("gives ten new recovery codes for a code, and never more than ten when asked twice at once", async () => {
    const { secret, codes } = await enroll();
    const [first = "", second = "", third = ""] = codes;
    // The recovery code is none any more when the other is done before it is looked at.
    const regenerate = async (otp: string) =>
      (await api.send<{ regenerateRecoveryCodes: string[] }>(REGENERATE, { otp }, self)).data?.regenerateRecoveryCodes;
    const [one, other] = await Promise.all([regenerate(first), regenerate(codeOf(secret, 1))]);
    expect((await factors(self)).data?._entities).toEqual([{ mfaEnabled: true, recoveryCodesLeft: 10 }]);
    expect(await api.reason(REGENERATE, { otp: second }, self)).toBe("OTP_INVALID");
    expect(await login(third)).toBe("OTP_INVALID");
    const answers = [await login(one?.[0]), await login(other?.[0])];
    expect(answers.filter((reason) => reason === undefined)).toHaveLength(1);
  });

  it("is known to the person and holders of users:read, and how many codes are left to the person alone", async () => {
    await enroll();
    const other = await newPerson();
    const stranger = await factors(other);
    expect(stranger.data?._entities).toEqual([{ mfaEnabled: null, recoveryCodesLeft: null }]);
    expect(stranger.errors?.map(({ extensions }) => extensions.reason)).toEqual([
      "PERMISSION_MISSING",
      "PERMISSION_MISSING",
    ]);
    const reader = { ...other, permissions: ["users:read"] };
    expect((await factors(reader, [self.sub, other.sub])).data?._entities).toEqual([
      { mfaEnabled: true, recoveryCodesLeft: null },
      { mfaEnabled: false, recoveryCodesLeft: 0 },
    ]);
  });

  it("is known to an API key of the person only when it was given that", async () => {
    const { sid: _, ...rest } = self;
    const byKey = (...permissions: string[]): Claims => ({ ...rest, permissions, client: "api_key", keyId: newId() });
    const known = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { mfaEnabled } } }`;
    const of = [{ __typename: "User", id: self.sub }];
    expect(await api.reason(known, { of }, byKey("users:update:own"))).toBe("PERMISSION_MISSING");
    expect(await api.field(known, { of }, byKey("users:read:own"))).toEqual([{ mfaEnabled: false }]);
  });

  it("can't be read in the database, nor moved to another person's row", async () => {
    const { secret, codes } = await enroll();
    const tables = await api.owner.run((query) =>
      query("information_schema.tables").where({ table_schema: "auth" }).pluck<string[]>("table_name"),
    );
    for (const table of tables) {
      const text = JSON.stringify(await api.owner.run((query) => query(table).select("*")));
      for (const plain of [secret, ...codes]) expect(text, table).not.toContain(plain);
    }
    const row = await api.owner.run((query) => query("totp").where({ user_id: self.sub }).first<object>("*"));
    self = await newPerson();
    await api.owner.run((query) => query("totp").insert({ ...row, user_id: self.sub }));
    expect(await login(codeOf(secret, 1))).toBe("UNEXPECTED");
  });

  it("goes with the account", async () => {
    await enroll();
    await api.owner.run((query) => query("account").where({ user_id: self.sub }).delete());
    for (const table of ["totp", "totp_enrollment", "recovery_code"]) {
      const rows = await api.owner.run((query) => query(table).where({ user_id: self.sub }).select("user_id"));
      expect(rows, table).toEqual([]);
    }
  });
});
