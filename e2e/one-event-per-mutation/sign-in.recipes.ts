import { expect } from "vitest";
import { Client, register, signIn, unique, type Person } from "../harness/client.js";
import { linkTo, tokenOf } from "../harness/mailbox.js";
import { invalid, notPermitted, notSignedIn, type Answer, type Prepared, type Recipes } from "./recipe.js";
import { personShown } from "./user.recipes.js";

const SIGNED_IN = "{ user { id } session { id } }";
const newPassword = () => `quite another ${unique()}`;
const who = ({ user }: Answer) => String(user?.id);

/** The person as the target of what they do to themselves. */
const self = (person: Pick<Person, "id" | "email">) => () => ({ type: "User", id: person.id, label: person.email });

/** Of what somebody does who brings a link that was mailed to them. */
function mailed(cast: { nobody: Client }, person: Person, more: Partial<Prepared>): Prepared {
  return {
    by: cast.nobody,
    denied: { by: cast.nobody, variables: { token: "made up" }, reason: "LINK_INVALID", outcome: "FAILURE" },
    bad: [{ variables: { token: "" }, reason: "LINK_INVALID" }],
    target: self(person),
    actor: () => person.id,
    ...more,
  };
}

export const signInRecipes: Recipes = {
  register: async ({ admin, nobody }) => {
    const email = `reg-${unique()}@example.com`;
    const person = { email, firstName: "Regina", lastName: "Registered" };
    const shows = async (made: Answer | undefined) => {
      if (!made) return null;
      const shown = await personShown(admin, who(made));
      return { email: shown.email, firstName: shown.firstName, lastName: shown.lastName };
    };
    return Promise.resolve({
      by: nobody,
      variables: { input: { ...person, password: newPassword() } },
      selection: SIGNED_IN,
      denied: undefined,
      bad: [invalid({ input: { ...person, password: "short" } })],
      target: (answer) => ({ type: "User", id: who(answer), label: email }),
      actor: who,
      shows,
      redacted: ["password"],
    });
  },
  login: async ({ nobody }) => {
    const { email, password, id } = await register("Logan");
    const wrong = { input: { email, password: "not the right password" } };
    return {
      by: nobody,
      variables: { input: { email, password } },
      selection: SIGNED_IN,
      denied: { by: nobody, variables: wrong, reason: "INVALID_CREDENTIALS", outcome: "FAILURE" },
      bad: [invalid({ input: { email: "a\0b", password } })],
      target: self({ id, email }),
      actor: who,
    };
  },
  refreshSession: async ({ nobody }) => {
    const person = await register("Refa");
    const variables = { refreshToken: "made up" };
    return {
      by: nobody,
      variables: { refreshToken: person.refreshToken },
      selection: SIGNED_IN,
      denied: { by: nobody, variables, reason: "REFRESH_TOKEN_INVALID", outcome: "FAILURE" },
      bad: [{ variables: { refreshToken: "" }, reason: "REFRESH_TOKEN_INVALID" }],
      target: self(person),
      actor: who,
    };
  },
  logout: async (cast) => {
    const person = await register("Loga");
    return { by: person, denied: notSignedIn(cast), bad: undefined, target: self(person) };
  },
  logoutEverywhere: async (cast) => {
    const person = await register("Loge");
    return { by: person, denied: notSignedIn(cast), bad: undefined, target: self(person) };
  },
  revokeSession: async (cast) => {
    const person = await register("Reva");
    const { sessionId } = await signIn(person.email, person.password);
    return {
      by: person,
      variables: { id: sessionId },
      // Another's session is as good as none.
      denied: { by: cast.stranger, reason: "SESSION_NOT_FOUND", outcome: "FAILURE" },
      bad: [{ variables: { id: "none" }, reason: "SESSION_NOT_FOUND" }],
      target: () => ({ type: "Session", id: sessionId, label: null }),
      shows: (ended) => Promise.resolve({ endedAt: ended ? (expect.any(String) as string) : null }),
    };
  },
  impersonate: async (cast) => {
    const person = await register("Impa");
    return {
      by: cast.admin,
      variables: { userId: person.id, reason: "ticket 4711", minutes: 5 },
      denied: notPermitted(cast),
      bad: [invalid({ minutes: 61 }), invalid({ minutes: null }), invalid({ reason: "" })],
      target: self(person),
    };
  },
  changePassword: async (cast) => {
    const person = await register("Chana");
    const variables = { currentPassword: person.password, newPassword: newPassword() };
    return {
      by: person,
      variables,
      denied: notSignedIn(cast),
      bad: [
        invalid({ newPassword: "short" }),
        { variables: { currentPassword: "not the right password" }, reason: "INVALID_CREDENTIALS" },
      ],
      target: self(person),
      redacted: ["password"],
    };
  },
  requestPasswordReset: async ({ nobody }) => {
    const person = await register("Forga");
    return {
      by: nobody,
      variables: { email: person.email },
      denied: undefined,
      bad: [invalid({ email: `${"x".repeat(255)}@example.com` })],
      target: self(person),
    };
  },
  resetPassword: async (cast) => {
    const person = await register("Resa");
    await cast.nobody.data("mutation ($email: String!) { requestPasswordReset(email: $email) }", {
      email: person.email,
    });
    const token = tokenOf(await linkTo(person.email, "Set a new password"));
    return mailed(cast, person, {
      variables: { token, newPassword: newPassword() },
      bad: [invalid({ newPassword: "short" })],
      shows: verified(person, cast.admin),
      redacted: ["password"],
    });
  },
  requestEmailVerification: async (cast) => {
    const person = await register("Vera");
    return { by: person, denied: notSignedIn(cast), bad: undefined, target: self(person) };
  },
  verifyEmail: async (cast) => {
    const person = await register("Veri");
    const token = tokenOf(await linkTo(person.email, "Verify your e-mail address"));
    return mailed(cast, person, { variables: { token }, shows: verified(person, cast.admin) });
  },
  requestEmailChange: async (cast) => {
    const person = await register("Mova");
    return {
      by: person,
      variables: { newEmail: `moved-${unique()}@example.com`, password: person.password },
      denied: notSignedIn(cast),
      bad: [
        invalid({ newEmail: "nowhere" }),
        { variables: { password: "not the right password" }, reason: "INVALID_CREDENTIALS" },
      ],
      target: self(person),
    };
  },
  confirmEmailChange: async (cast) => {
    const person = await register("Mo");
    const newEmail = `moved-${unique()}@example.com`;
    const request =
      "mutation ($newEmail: String!, $password: String!) { requestEmailChange(newEmail: $newEmail, password: $password) }";
    await person.data(request, { newEmail, password: person.password });
    const token = tokenOf(await linkTo(newEmail, "Confirm your new e-mail address"));
    return mailed(cast, person, {
      variables: { token },
      target: self({ ...person, email: newEmail }),
      shows: async () => ({
        email: (await personShown(cast.admin, person.id)).email,
        ...(await verified(person, cast.admin)()),
      }),
    });
  },
};

function verified({ id }: Person, admin: Client) {
  return async () => {
    const query = "query ($id: ID!) { user(id: $id) { emailVerified } }";
    return (await admin.data<{ user: { emailVerified: boolean } }>(query, { id })).user;
  };
}
