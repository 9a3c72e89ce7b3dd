import { SystemError } from "@supergraph/errors";
import { RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import type { LimitKind, LimitRule, LimitRules } from "./limit-rules.js";
import type { LimiterStore } from "./limiter-store.js";
import type { SubjectHash } from "./subject-hash.js";

/** Whom a limit counts, e.g. an account and an address. */
export interface Limit {
  kind: LimitKind;
  subject: readonly string[];
  /** Asked once the limit is reached: who may go on all the same. */
  exempt?: () => Promise<boolean>;
}

interface Kind {
  rule: LimitRule;
  limiter: RateLimiterAbstract;
}

interface Taken extends Kind {
  key: string;
  /** How many are taken now, this one among them. */
  points: number;
}

/** Counts what is tried, and refuses what is tried too often. The rules are in `limit-rules.ts`. */
export class RateLimits {
  readonly #kinds: ReadonlyMap<LimitKind, Kind>;

  constructor(
    rules: LimitRules,
    store: LimiterStore,
    private readonly hash: SubjectHash,
  ) {
    const kinds = Object.entries(rules) as [LimitKind, LimitRule][];
    this.#kinds = new Map(kinds.map(([kind, rule]) => [kind, { rule, limiter: store(kind, rule) }]));
  }

  /** Counts one of a kind. @throws SystemError TOO_MANY_REQUESTS, with retryAfterSeconds */
  async limit(kind: LimitKind, ...subject: string[]): Promise<void> {
    await this.#take({ kind, subject });
  }

  /** Counts one of a kind; false when it is one too many, for what is refused in silence. */
  async allows(kind: LimitKind, ...subject: string[]): Promise<boolean> {
    return this.limit(kind, ...subject).then(
      () => true,
      (error: unknown) => {
        if (error instanceof SystemError && error.reason === "TOO_MANY_REQUESTS") return false;
        throw error;
      },
    );
  }

  /**
   * Whether a guess at a secret is right. It counts from its beginning, so that guesses made at the same moment can't
   * outrun the limits, and is given back when it is right, or when `isRight` could not tell and threw.
   * @throws SystemError TOO_MANY_REQUESTS, with retryAfterSeconds, before `isRight` is asked
   */
  async guess(limits: readonly Limit[], isRight: () => Promise<boolean>): Promise<boolean> {
    const taken: Taken[] = [];
    let right: boolean;
    try {
      for (const limit of limits) taken.push(await this.#take(limit));
      right = await isRight();
    } catch (error) {
      for (const one of taken) await one.limiter.reward(one.key);
      throw error;
    }
    for (const one of taken) await (right ? forgive(one) : blame(one));
    return right;
  }

  /** Forgets what was counted. */
  async reset(kind: LimitKind, ...subject: string[]): Promise<void> {
    await this.#kindOf(kind).limiter.delete(this.#keyOf(subject));
  }

  async #take({ kind, subject, exempt }: Limit): Promise<Taken> {
    const { rule, limiter } = this.#kindOf(kind);
    const key = this.#keyOf(subject);
    try {
      const { consumedPoints } = await limiter.consume(key);
      return { rule, limiter, key, points: consumedPoints };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      if (await exempt?.()) return { rule, limiter, key, points: refusal.consumedPoints };
      throw new SystemError("TOO_MANY_REQUESTS", { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1_000) });
    }
  }

  #kindOf(kind: LimitKind): Kind {
    const known = this.#kinds.get(kind);
    if (!known) throw new Error(`There is no limit of the kind ${kind}`);
    return known;
  }

  #keyOf(subject: readonly string[]): string {
    return this.hash.of(...subject).toString("base64url");
  }
}

async function forgive({ rule, limiter, key }: Taken): Promise<void> {
  await (rule.resetBySuccess ? limiter.delete(key) : limiter.reward(key));
}

async function blame({ rule, limiter, key, points }: Taken): Promise<void> {
  if (points < rule.points || rule.blockSeconds === undefined) return;
  // Guesses made at the same moment may have been given back since this one began.
  const counted = await limiter.get(key);
  if (counted?.consumedPoints === rule.points) await limiter.block(key, rule.blockSeconds);
}
