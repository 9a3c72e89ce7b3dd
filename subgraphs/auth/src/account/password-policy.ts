import { invalidInput } from "@supergraph/errors";
import { MAXIMUM_BYTES, normalized } from "./password.js";
import { PasswordThreads } from "./password-threads.js";

export const MINIMUM_BYTES = 12;
/** How much a password must hold beside what anybody knows of the account. */
const MINIMUM_OWN_BYTES = 8;
const SHORTEST_KNOWN = 3;
/** Powers of ten of guesses that a password must withstand: an online attacker's, with room (zxcvbn's score of 3). */
const MINIMUM_GUESSES = 8;

/** Judging is done apart from hashing, by one thread: it holds the list of common passwords. */
const judges = new PasswordThreads(1);

/** What anybody knows of an account, and would try first. */
export interface KnownOfAccount {
  email: string;
  names: readonly string[];
}

/**
 * Holds a new password against the policy: 12 to 72 bytes of UTF-8 in NFC, nothing that bcrypt would cut, not made of
 * the account's own data, and not one of the common ones or a variation of them, by zxcvbn's estimate.
 * @throws SystemError INVALID_INPUT that names the field and what is wrong, never the password; TOO_BUSY
 */
export async function assertGoodPassword(given: string, path: string, about: KnownOfAccount): Promise<void> {
  const password = normalized(given);
  const refuse = (message: string) => invalidInput({ path, message });
  const bytes = Buffer.byteLength(password);
  if (bytes < MINIMUM_BYTES || bytes > MAXIMUM_BYTES) {
    throw refuse(`must be ${MINIMUM_BYTES} to ${MAXIMUM_BYTES} bytes of UTF-8; it is ${bytes}`);
  }
  if (password.includes("\0")) throw refuse("must not contain NUL, where bcrypt would end it");
  if (!password.isWellFormed()) throw refuse("must not contain half a surrogate pair, which UTF-8 can't hold");
  if (bytesBeside(about, password) < MINIMUM_OWN_BYTES) {
    throw refuse("must not be made of your name or e-mail address");
  }
  const known = knownWords(about);
  if ((await judges.run({ kind: "guesses", password, known })) < MINIMUM_GUESSES) {
    throw refuse(
      "is too easy to guess: a common password, or few characters, or made of common words, repeats or sequences",
    );
  }
}

function knownWords({ email, names }: KnownOfAccount): string[] {
  return [email, ...email.split("@"), ...names].map((text) => normalized(text).toLowerCase());
}

function bytesBeside(about: KnownOfAccount, password: string): number {
  let rest = password.toLowerCase();
  for (const text of knownWords(about)) if (text.length >= SHORTEST_KNOWN) rest = rest.replaceAll(text, "");
  return Buffer.byteLength(rest);
}
