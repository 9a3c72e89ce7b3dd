import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/bcrypt";
import { invalidInput } from "@supergraph/errors";

const COST = 12;
export const MINIMUM_BYTES = 12;
/** bcrypt reads no more: a longer password would be cut, and its tail count for nothing. */
export const MAXIMUM_BYTES = 72;
/** How much a password must hold beside what anybody knows of the account. */
const MINIMUM_OWN_BYTES = 8;
const SHORTEST_KNOWN = 3;

/** bcrypt, cost 12, on the thread pool. */
export const hashPassword = (password: string): Promise<string> =>
  hash(password, { cost: COST, rejectLongPasswords: true });

/** A hash whose password nobody knows: verifying against it takes the time that a real one takes. */
const hashOfNobody = hashPassword(randomBytes(32).toString("base64"));

/** Whether the password is the hash's; for an account that doesn't exist, false after the same time. */
export async function passwordMatches(password: string, passwordHash: string | null | undefined): Promise<boolean> {
  const matches = await verify(withinBcrypt(password), passwordHash ?? (await hashOfNobody));
  return matches && typeof passwordHash === "string" && isWithinBytes(password);
}

/**
 * Holds a new password against the policy.
 * @throws SystemError INVALID_INPUT that names the field and what is wrong, never the password
 */
export function assertGoodPassword(password: string, path: string, about: { email: string; names: string[] }): void {
  const bytes = Buffer.byteLength(password);
  if (bytes < MINIMUM_BYTES || bytes > MAXIMUM_BYTES) {
    const message = `must be ${MINIMUM_BYTES} to ${MAXIMUM_BYTES} bytes of UTF-8; it is ${bytes}`;
    throw invalidInput({ path, message });
  }
  if (password.includes("\0")) throw invalidInput({ path, message: "must not contain NUL, where bcrypt would end it" });
  if (bytesBeside(about, password) < MINIMUM_OWN_BYTES) {
    throw invalidInput({ path, message: "must not be made of your name or e-mail address" });
  }
}

function bytesBeside({ email, names }: { email: string; names: string[] }, password: string): number {
  const known = [email, ...email.split("@"), ...names].map((text) => text.toLowerCase());
  let rest = password.toLowerCase();
  for (const text of known) if (text.length >= SHORTEST_KNOWN) rest = rest.replaceAll(text, "");
  return Buffer.byteLength(rest);
}

function isWithinBytes(password: string): boolean {
  return Buffer.byteLength(password) <= MAXIMUM_BYTES && !password.includes("\0");
}

/** A password that can't be anybody's still costs one hash, so that its answer takes as long as any other. */
function withinBcrypt(password: string): string {
  return isWithinBytes(password) ? password : "";
}
