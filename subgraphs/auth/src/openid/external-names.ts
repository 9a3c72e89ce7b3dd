import type { ExternalPerson } from "./openid-provider.js";

const MAXIMUM_LENGTH = 100;
/** A person has both names here; somebody of one name may put it right later. */
const NO_NAME = "-";

/** First and last name, as far as the provider tells; else the whole name's words, else the address. */
export function namesOf(
  { given_name, family_name, name }: Pick<ExternalPerson, "given_name" | "family_name" | "name">,
  email: string,
): { firstName: string; lastName: string } {
  const [first = "", ...rest] = seen(name).split(" ");
  const firstName = seen(given_name) || first || email.slice(0, email.indexOf("@"));
  const lastName = seen(family_name) || rest.join(" ") || NO_NAME;
  return { firstName: firstName.slice(0, MAXIMUM_LENGTH), lastName: lastName.slice(0, MAXIMUM_LENGTH) };
}

/** As names may be here: without control characters and space around them; empty when nothing is left. */
function seen(name = ""): string {
  return name.replaceAll(/[\s\p{Cc}\p{Cs}]+/gu, " ").trim();
}
