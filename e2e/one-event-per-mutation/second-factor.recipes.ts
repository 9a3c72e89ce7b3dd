import { expect } from "vitest";
import { register, type Person } from "../harness/client.js";
import { currentStep, totpCode } from "../harness/totp.js";
import { notSignedIn, type Cast, type Prepared, type Recipes } from "./recipe.js";

/** Of what somebody does to their own second factor. */
function own(cast: Cast, person: Person, more: Partial<Prepared>): Prepared {
  return {
    by: person,
    denied: notSignedIn(cast),
    bad: [{ variables: { otp: "no code" }, reason: "OTP_INVALID" }],
    target: () => ({ type: "User", id: person.id, label: person.email }),
    ...more,
  };
}

async function startsEnrollment(person: Person): Promise<string> {
  const mutation = "mutation { startTotpEnrollment { secret } }";
  return (await person.data<{ startTotpEnrollment: { secret: string } }>(mutation)).startTotpEnrollment.secret;
}

/** With recovery codes to use: a code of the app would have to wait for the next time step. */
async function enrolled(firstName: string): Promise<{ person: Person; recoveryCode: string }> {
  const person = await register(firstName);
  const otp = totpCode(await startsEnrollment(person), currentStep());
  const mutation = "mutation ($otp: String!) { confirmTotpEnrollment(otp: $otp) }";
  const { confirmTotpEnrollment } = await person.data<{ confirmTotpEnrollment: string[] }>(mutation, { otp });
  expect(confirmTotpEnrollment).toHaveLength(10);
  return { person, recoveryCode: confirmTotpEnrollment[0] ?? "" };
}

const mfaOf = (person: Person) => async () => {
  const query = "{ me { mfaEnabled } }";
  return (await person.data<{ me: { mfaEnabled: boolean } }>(query)).me;
};

export const secondFactorRecipes: Recipes = {
  startTotpEnrollment: async (cast) => own(cast, await register("Start"), { bad: undefined }),
  confirmTotpEnrollment: async (cast) => {
    const person = await register("Conny");
    const otp = totpCode(await startsEnrollment(person), currentStep());
    return own(cast, person, { variables: { otp }, shows: mfaOf(person), redacted: ["recoveryCodes"] });
  },
  disableTotp: async (cast) => {
    const { person, recoveryCode } = await enrolled("Disa");
    return own(cast, person, {
      variables: { password: person.password, otp: recoveryCode },
      shows: mfaOf(person),
      bad: [
        { variables: { otp: "no code" }, reason: "OTP_INVALID" },
        { variables: { password: "not the right password" }, reason: "INVALID_CREDENTIALS" },
      ],
    });
  },
  regenerateRecoveryCodes: async (cast) => {
    const { person, recoveryCode } = await enrolled("Regena");
    return own(cast, person, { variables: { otp: recoveryCode }, redacted: ["recoveryCodes"] });
  },
};
