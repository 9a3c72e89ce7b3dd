import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/bcrypt";
import { invalidInput } from "@supergraph/errors";

const COST = 12;
export const MINIMUM_BYTES = 12;
/** bcrypt reads no more: a longer password would be cut, and its tail count for nothing. */
export const MAXIMUM_BYTES = 72;
const MINIMUM_LIKENESS = 4;

/** bcrypt, cost 12, on the thread pool. */
export const hashPassword = (password: string): Promise<string> =>
  hash(password, { cost: COST, rejectLongPasswords: true });

/** A hash whose password nobody knows: verifying against it takes the time that a real one takes. */
const hashOfNobody = hashPassword(randomBytes(32).toString("base64"));

/** Whether the password is the hash's; for an account that doesn't exist, false after the same time. */
export async function passwordMatches(password: string, passwordHash: string | undefined): Promise<boolean> {
  const matches = await verify(withinBcrypt(password), passwordHash ?? (await hashOfNobody));
  return matches && passwordHash !== undefined && isWithinBytes(password);
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
  const lower = password.toLowerCase();
  const known = [about.email, about.email.split("@")[0] ?? "", ...about.names].map((text) => text.toLowerCase());
  if (known.some((text) => text.length >= MINIMUM_LIKENESS && lower.includes(text))) {
    throw invalidInput({ path, message: "must not contain your name or e-mail address" });
  }
}

function isWithinBytes(password: string): boolean {
  return Buffer.byteLength(password) <= MAXIMUM_BYTES && !password.includes("\0");
}

/** A password that can't be anybody's still costs one hash, so that its answer takes as long as any other. */
function withinBcrypt(password: string): string {
  return isWithinBytes(password) ? password : "";
}
