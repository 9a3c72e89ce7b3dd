import { register, unique, type Client, type Person } from "../harness/client.js";
import { invalid, notPermitted, type Answer, type Cast, type Prepared, type Recipes, type Shown } from "./recipe.js";

const PERSON = `query ($id: ID!) { user(id: $id) { email firstName lastName displayName status version
  profile { bio avatarUrl website location timeZone locale theme emailNotifications } } }`;

interface PersonData {
  user: Shown & { email: string | null; version: number; profile: Shown };
}

/** As an administrator sees them; `version` apart, which the event says of its target. */
export async function personShown(admin: Client, id: string): Promise<Shown> {
  const { version: _, profile, ...own } = (await admin.data<PersonData>(PERSON, { id })).user;
  return { ...own, ...Object.fromEntries(Object.entries(profile).map(([name, value]) => [`profile.${name}`, value])) };
}

const versionOf = async (admin: Client, id: string) => (await admin.data<PersonData>(PERSON, { id })).user.version;

/** Of what an administrator does to somebody. */
async function administered(cast: Cast, person: Person, more: Partial<Prepared> = {}): Promise<Prepared> {
  const { admin } = cast;
  const version = await versionOf(admin, person.id);
  return {
    by: admin,
    variables: { id: person.id },
    denied: notPermitted(cast),
    bad: [{ variables: { id: "nobody" }, reason: "USER_NOT_FOUND" }],
    target: () => ({ type: "User", id: person.id, label: person.email, version: version + 1 }),
    shows: () => personShown(admin, person.id),
    ...more,
  };
}

const REASON = { reason: "as the rules say" };
const UNREASONED = invalid({ reason: " " });

export const userRecipes: Recipes = {
  updateUser: async (cast) => {
    const person = await register("Una");
    const profile = { bio: "a mathematician", website: "https://example.com/una", theme: "DARK" };
    const input = { displayName: "U.", profile, settings: { colour: "mauve" } };
    return administered(cast, person, {
      by: person,
      variables: { id: person.id, input, expectedVersion: 1 },
      bad: [
        invalid({ input: { profile: { timeZone: "Nowhere/Town" } } }),
        { variables: { expectedVersion: 7 }, reason: "STALE_VERSION" },
      ],
      redacted: ["settings"],
    });
  },
  createUser: async (cast) => {
    const email = `made-${unique()}@example.com`;
    const shows = async (made: Answer | undefined) => (made?.id ? personShown(cast.admin, made.id) : null);
    return Promise.resolve({
      by: cast.admin,
      variables: { input: { email, firstName: "Maude", lastName: "Made" } },
      selection: "{ id }",
      denied: notPermitted(cast),
      bad: [invalid({ input: { email: "nowhere", firstName: "Maude", lastName: "Made" } })],
      target: ({ id }) => ({ type: "User", id, label: email, version: 1 }),
      shows,
      redacted: ["settings"],
    });
  },
  suspendUser: async (cast) => {
    const person = await register("Susa");
    return administered(cast, person, { variables: { id: person.id, ...REASON }, bad: [UNREASONED] });
  },
  reactivateUser: async (cast) => {
    const person = await register("Rea");
    await cast.admin.data('mutation ($id: ID!) { suspendUser(id: $id, reason: "for now") { id } }', { id: person.id });
    return administered(cast, person);
  },
  deleteUser: async (cast) => administered(cast, await register("Del")),
  eraseUser: async (cast) => {
    const person = await register("Era");
    const version = await versionOf(cast.admin, person.id);
    return administered(cast, person, {
      variables: { id: person.id, ...REASON },
      bad: [UNREASONED],
      target: () => ({ type: "User", id: person.id, label: null, version: version + 1 }),
      isErasure: true,
      shows: () => Promise.resolve(null),
      redacted: ["status"],
    });
  },
  exportUserData: async (cast) => {
    const person = await register("Exa");
    return administered(cast, person, {
      target: () => ({ type: "User", id: person.id, label: person.email, version: null }),
    });
  },
};
