import type { ExternalPerson } from "./openid-provider.js";

const MAXIMUM_LENGTH = 100;
/** A person has both names here; somebody of one name may put it right later. */
const NO_NAME = "-";

/** First and last name, as far as the provider tells; else the whole name's words, else the address. */
export function namesOf(
  { given_name, family_name, name }: Pick<ExternalPerson, "given_name" | "family_name" | "name">,
  email: string,
): { firstName: string; lastName: string } {
  const [first, ...rest] = (name ?? "").split(/\s+/);
  const firstName = given_name ?? (first || email.slice(0, email.indexOf("@")));
  const lastName = family_name ?? (rest.join(" ") || NO_NAME);
  return { firstName: firstName.slice(0, MAXIMUM_LENGTH), lastName: lastName.slice(0, MAXIMUM_LENGTH) };
}
