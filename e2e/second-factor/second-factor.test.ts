import { beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, register, type Person } from "../harness/client.js";
import { currentStep, totpCode } from "../harness/totp.js";

const LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken } } }";
const FACTORS = "{ me { mfaEnabled recoveryCodesLeft } }";

interface Enrollment {
  startTotpEnrollment: { secret: string; otpauthUrl: string; qrCode: string };
}

describe("a person with an authenticator app", () => {
  let person: Person;
  let secret: string;
  /** The time step of the code that confirmed the app. */
  let step: number;
  let recoveryCodes: string[];
  /** Why signing in is refused; undefined when it is not. */
  const refusal = async (otp?: string, password = person.password) => {
    const input = { email: person.email, password, ...(otp !== undefined && { otp }) };
    const { errors } = await new Client().send(LOGIN, { input });
    return errors?.[0]?.extensions.reason;
  };

  beforeAll(async () => {
    person = await register("Tess");
    const { startTotpEnrollment } = await person.data<Enrollment>(
      "mutation { startTotpEnrollment { secret otpauthUrl qrCode } }",
    );
    expect(startTotpEnrollment.otpauthUrl).toContain(encodeURIComponent(person.email));
    expect(startTotpEnrollment.qrCode).toMatch(/^data:image\/png;base64,/);
    secret = startTotpEnrollment.secret;
    expect(await refusal()).toBeUndefined();
    step = currentStep();
    const { confirmTotpEnrollment } = await person.data<{ confirmTotpEnrollment: string[] }>(
      "mutation ($otp: String!) { confirmTotpEnrollment(otp: $otp) }",
      { otp: totpCode(secret, step) },
    );
    recoveryCodes = confirmTotpEnrollment;
  });

  it("stays signed in where they are, and is told that ten recovery codes are left", async () => {
    expect(await person.data(FACTORS)).toEqual({ me: { mfaEnabled: true, recoveryCodesLeft: 10 } });
  });

  it("finds it in the export of their data, without what it is made of", async () => {
    const { exportUserData } = await person.data<{ exportUserData: { auth: object } }>(
      "mutation ($id: ID!) { exportUserData(id: $id) }",
      { id: person.id },
    );
    expect(exportUserData.auth).toMatchObject({ secondFactor: { recovery_codes_left: 10 } });
    expect(JSON.stringify(exportUserData)).not.toContain(secret);
  });

  it("signs in by password and code alone, each code once", async () => {
    expect(await refusal()).toBe("MFA_REQUIRED");
    expect(await refusal(totpCode(secret, step))).toBe("OTP_INVALID");
    expect(await refusal(totpCode(secret, step + 1), "not the right password")).toBe("INVALID_CREDENTIALS");
    const both = await Promise.all([1, 2].map(() => refusal(totpCode(secret, step + 1))));
    expect(both).toEqual(expect.arrayContaining([undefined, "OTP_INVALID"]));
  });

  it("signs in by a recovery code, each once, and can have new ones", async () => {
    const [first = "", second = "", third = ""] = recoveryCodes;
    expect(await refusal(first)).toBeUndefined();
    expect(await refusal(first)).toBe("OTP_INVALID");
    expect(await person.data(FACTORS)).toEqual({ me: { mfaEnabled: true, recoveryCodesLeft: 9 } });
    const { regenerateRecoveryCodes } = await person.data<{ regenerateRecoveryCodes: string[] }>(
      "mutation ($otp: String!) { regenerateRecoveryCodes(otp: $otp) }",
      { otp: second },
    );
    expect(await refusal(third)).toBe("OTP_INVALID");
    recoveryCodes = regenerateRecoveryCodes;
  });

  it("leaves events that say how they signed in, and hold no code", async () => {
    const admin = await administrator();
    const { auditEvents } = await admin.data<{ auditEvents: { nodes: { metadata: object | null }[] } }>(
      `query ($userId: ID!) { auditEvents(filter: { userId: $userId, actions: ["auth.login"], outcome: SUCCESS }, first: 2) {
        nodes { metadata } } }`,
      { userId: person.id },
    );
    const amr = auditEvents.nodes.map(({ metadata }) => metadata);
    expect(amr).toEqual([{ amr: ["pwd", "mfa"] }, { amr: ["pwd", "otp", "mfa"] }]);
  });

  it("signs in by the password alone once they have taken the factor away", async () => {
    const disable = "mutation ($password: String!, $otp: String!) { disableTotp(password: $password, otp: $otp) }";
    const [otp = ""] = recoveryCodes;
    expect(await person.data(disable, { password: person.password, otp })).toEqual({ disableTotp: true });
    expect(await refusal()).toBeUndefined();
    expect(await person.data(FACTORS)).toEqual({ me: { mfaEnabled: false, recoveryCodesLeft: 0 } });
  });
});
