import type { Claims } from "@supergraph/identity";
import { LRUCache } from "lru-cache";
import type { SessionChange } from "./session-change-feed.js";

const MAXIMUM_SESSIONS = 10_000;
/** The feed says what has changed; this bounds what a fault in it could cost. */
const FRESH_MS = 5 * 60_000;

/** Who a session belongs to; undefined when it has ended. */
type LookUp = (sessionId: string) => Promise<Claims | undefined>;

/** Remembers whom sessions belong to, until the feed says that it may have changed. */
export class SessionCache {
  readonly #claims = new LRUCache<string, Claims>({ max: MAXIMUM_SESSIONS, ttl: FRESH_MS });
  readonly #lookups = new Map<string, Promise<Claims | undefined>>();
  /** Counts changes: what was asked before one may be the state before it, and must not be remembered after it. */
  #epoch = 0;

  constructor(private readonly lookUp: LookUp) {}

  async claimsOf(sessionId: string): Promise<Claims | undefined> {
    return this.#claims.get(sessionId) ?? this.#lookUpOnce(sessionId);
  }

  forget({ kind, subjectId }: SessionChange): void {
    this.#epoch++;
    this.#lookups.clear();
    if (kind === "session" && subjectId !== null) this.#claims.delete(subjectId);
    else if (kind === "user" && subjectId !== null) this.#forgetUser(subjectId);
    else this.#claims.clear();
  }

  #forgetUser(userId: string): void {
    for (const [sessionId, { sub, act }] of this.#claims.entries()) {
      if (sub === userId || act?.sub === userId) this.#claims.delete(sessionId);
    }
  }

  /** Requests that come together ask together, but one that comes after a change never joins a question from before. */
  #lookUpOnce(sessionId: string): Promise<Claims | undefined> {
    const underWay = this.#lookups.get(sessionId);
    if (underWay) return underWay;
    const lookup = this.#lookUp(sessionId).finally(() => {
      if (this.#lookups.get(sessionId) === lookup) this.#lookups.delete(sessionId);
    });
    this.#lookups.set(sessionId, lookup);
    return lookup;
  }

  async #lookUp(sessionId: string): Promise<Claims | undefined> {
    const epoch = this.#epoch;
    const claims = await this.lookUp(sessionId);
    if (claims && epoch === this.#epoch) this.#claims.set(sessionId, claims);
    return claims;
  }
}
