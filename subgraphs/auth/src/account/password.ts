import { availableParallelism } from "node:os";
import { genSaltSync } from "@node-rs/bcrypt";
import { PasswordThreads } from "./password-threads.js";

const COST = 12;
/** bcrypt reads no more: a longer password would be cut, and its tail count for nothing. */
export const MAXIMUM_BYTES = 72;
/** A digest that no password is known to have; canonical, or the verifier would refuse the hash without computing. */
const DIGEST_OF_NOBODY = ".".repeat(31);

/** Half of the cores hash, so that the other half is left to everything else. */
const threads = new PasswordThreads(Math.max(1, Math.floor(availableParallelism() / 2)));

/**
 * A password as it is hashed and counted: NFC (RFC 8265 section 4.2.2), because the same word comes composed from one
 * keyboard and decomposed from another.
 */
export const normalized = (password: string): string => password.normalize("NFC");

/** Whether bcrypt would read all of it, and UTF-8 can hold it. */
export const isHashable = (password: string): boolean =>
  Buffer.byteLength(password) <= MAXIMUM_BYTES && !password.includes("\0") && password.isWellFormed();

/** bcrypt of passwords, in threads of its own. */
export class Passwords {
  /** Verifying against it takes the time that a real one takes. */
  readonly #hashOfNobody: string;

  constructor(private readonly cost = COST) {
    this.#hashOfNobody = genSaltSync({ cost }) + DIGEST_OF_NOBODY;
  }

  /** @throws SystemError TOO_BUSY, with retryAfterSeconds */
  hash(password: string): Promise<string> {
    return threads.run({ kind: "hash", password: normalized(password), cost: this.cost });
  }

  /**
   * Whether the password is the hash's; for an account that doesn't exist, or has none, false after the same time.
   * @throws SystemError TOO_BUSY, with retryAfterSeconds
   */
  async match(password: string, passwordHash: string | null | undefined): Promise<boolean> {
    // What was hashed before passwords were normalized is matched as it was typed.
    for (const form of new Set([normalized(password), password])) {
      const isForm = isHashable(form);
      // A password that can't be anybody's still costs one hash, so that its answer takes as long as any other.
      const against = passwordHash ?? this.#hashOfNobody;
      const matches = await threads.run({ kind: "verify", password: isForm ? form : "", passwordHash: against });
      if (matches && isForm && typeof passwordHash === "string") return true;
    }
    return false;
  }

  /** Lets pass while there is room in the queue. @throws SystemError TOO_BUSY, before anything else is done for it */
  assertRoom(): void {
    threads.assertRoom();
  }
}

export const passwords = new Passwords();

/** bcrypt, cost 12, of what a person has chosen. @throws SystemError TOO_BUSY, with retryAfterSeconds */
export const hashPassword = (password: string): Promise<string> => passwords.hash(password);

/** As `Passwords.match`, for passwords of this service's cost. @throws SystemError TOO_BUSY, with retryAfterSeconds */
export const passwordMatches = (password: string, passwordHash: string | null | undefined): Promise<boolean> =>
  passwords.match(password, passwordHash);
