import type { AccountRepository } from "../account/account.repository.js";
import { accountOf } from "./account.js";
import { addressOf } from "./address.js";
import type { KnownAddressRepository } from "./known-address.repository.js";
import type { Limit, RateLimits } from "./rate-limits.js";
import type { SubjectHash } from "./subject-hash.js";
import { Turns } from "./turns.js";

/** How long an address counts as its holder's after they have signed in from it. */
const KNOWN_DAYS = 30;
/** Sign-ins of one account from one address that may wait for those before them. */
const MAXIMUM_WAITING = 48;
/** Belongs to nobody: what is not known costs the statement that something known does. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Whose password is tried, and where from. */
export interface PasswordGuess {
  /** As typed, when there is no account of it; as the account has it, when there is. */
  email: string;
  userId: string | undefined;
  ip: string | undefined;
}

/**
 * Stands before every secret that people type. An attacker can slow a person down, but never lock them out for good:
 * beyond the limit of a whole account the addresses that its holder has signed in from still get in.
 */
export class SignInGuard {
  readonly #turns = new Turns(MAXIMUM_WAITING);

  constructor(
    private readonly limits: RateLimits,
    private readonly known: KnownAddressRepository,
    private readonly accounts: AccountRepository,
    private readonly hash: SubjectHash,
  ) {}

  /**
   * Whether a password is right; wrong ones count. A guess counts from its beginning: those at one account from one
   * address take turns, so that many right ones at the same moment are not too many.
   * @throws SystemError TOO_MANY_REQUESTS, TOO_BUSY, each with retryAfterSeconds
   */
  async password({ email, userId, ip }: PasswordGuess, isRight: () => Promise<boolean>): Promise<boolean> {
    const account = accountOf(email);
    const address = addressOf(ip);
    const limits: Limit[] = [
      { kind: "sign-in-pair", subject: [account, address] },
      { kind: "sign-in-address", subject: [address] },
      {
        kind: "sign-in-account",
        subject: [account],
        exempt: () => this.known.has(userId ?? NOBODY, this.addressHash(userId ?? NOBODY, address), KNOWN_DAYS),
      },
    ];
    return this.#turns.take(`${account} ${address}`, () => this.limits.guess(limits, isRight));
  }

  /** Whether a code of the second factor is right; wrong ones count. @throws SystemError TOO_MANY_REQUESTS */
  async secondFactor(userId: string, isRight: () => Promise<boolean>): Promise<boolean> {
    return this.limits.guess([{ kind: "second-factor", subject: [userId] }], isRight);
  }

  /** The person has signed in, by all it takes: from now on the address is known as theirs. */
  async signedIn(userId: string, ip: string | undefined): Promise<void> {
    await this.known.remember(userId, this.addressHash(userId, addressOf(ip)));
  }

  /**
   * The person has proved who they are by other means, e.g. a reset by mail: forgets the wrong passwords for their
   * account, and those that came from this address.
   */
  async lift(userId: string, ip?: string): Promise<void> {
    const email = (await this.accounts.findById(userId))?.email;
    if (email === undefined) return;
    const account = accountOf(email);
    await this.limits.reset("sign-in-account", account);
    if (ip !== undefined) await this.limits.reset("sign-in-pair", account, addressOf(ip));
  }

  /** Forgets addresses that nobody has signed in from for long. */
  async prune(): Promise<void> {
    await this.known.prune(KNOWN_DAYS);
  }

  private addressHash(userId: string, address: string): Buffer {
    return this.hash.of(userId, address);
  }
}
