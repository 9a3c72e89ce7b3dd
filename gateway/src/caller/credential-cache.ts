import type { Claims } from "@supergraph/identity";
import { LRUCache } from "lru-cache";
import type { SessionChange } from "./session-change-feed.js";

const MAXIMUM_CREDENTIALS = 10_000;
/** The feed says what has changed; this bounds what a fault in it could cost. */
const FRESH_MS = 5 * 60_000;

/** Whom a credential stands for. */
export interface Holder {
  claims: Claims;
  /** When it ends by itself, which no feed tells: milliseconds of the epoch. */
  expiresAt?: number;
}

/** Asks whom a credential stands for; undefined when it is none, or none any more. */
type LookUp = (credential: string) => Promise<Holder | undefined>;

interface CredentialCacheOptions {
  /** For how long it is remembered that a credential is none, so that a client can't have auth asked each time. */
  refusalsFreshMs?: number;
}

/** Remembers whom sessions, or API keys, stand for, until they end or the feed says that it may have changed. */
export class CredentialCache {
  readonly #claims = new LRUCache<string, Claims>({ max: MAXIMUM_CREDENTIALS, ttl: FRESH_MS });
  readonly #refused: LRUCache<string, true> | undefined;
  readonly #lookups = new Map<string, Promise<Claims | undefined>>();
  /** Counts changes: what was asked before one may be the state before it, and must not be remembered after it. */
  #epoch = 0;

  constructor(
    private readonly lookUp: LookUp,
    { refusalsFreshMs }: CredentialCacheOptions = {},
  ) {
    if (refusalsFreshMs !== undefined) this.#refused = new LRUCache({ max: MAXIMUM_CREDENTIALS, ttl: refusalsFreshMs });
  }

  async claimsOf(credential: string): Promise<Claims | undefined> {
    const known = this.#claims.get(credential);
    if (known || this.#refused?.has(credential)) return known;
    return this.#lookUpOnce(credential);
  }

  forget({ kind, subjectId }: SessionChange): void {
    this.#epoch++;
    this.#lookups.clear();
    if (kind === "everyone") this.#claims.clear();
    else this.#forgetWhere((claims) => subjectId !== null && concerns(kind, subjectId, claims));
    // Somebody who was suspended may be back.
    if (kind === "everyone" || kind === "user") this.#refused?.clear();
  }

  #forgetWhere(isConcerned: (claims: Claims) => boolean): void {
    for (const [credential, claims] of this.#claims.entries()) {
      if (isConcerned(claims)) this.#claims.delete(credential);
    }
  }

  /** Requests that come together ask together, but one that comes after a change never joins a question from before. */
  #lookUpOnce(credential: string): Promise<Claims | undefined> {
    const underWay = this.#lookups.get(credential);
    if (underWay) return underWay;
    const lookup = this.#lookUp(credential).finally(() => {
      if (this.#lookups.get(credential) === lookup) this.#lookups.delete(credential);
    });
    this.#lookups.set(credential, lookup);
    return lookup;
  }

  async #lookUp(credential: string): Promise<Claims | undefined> {
    const epoch = this.#epoch;
    const holder = await this.lookUp(credential);
    if (epoch === this.#epoch) this.#remember(credential, holder);
    return holder?.claims;
  }

  #remember(credential: string, holder: Holder | undefined): void {
    if (!holder) {
      this.#refused?.set(credential, true);
      return;
    }
    const { claims, expiresAt = Infinity } = holder;
    const ttl = Math.min(FRESH_MS, expiresAt - Date.now());
    if (ttl > 0) this.#claims.set(credential, claims, { ttl });
  }
}

function concerns(kind: SessionChange["kind"], subjectId: string, { sid, keyId, sub, act }: Claims): boolean {
  if (kind === "session") return sid === subjectId;
  if (kind === "api_key") return keyId === subjectId;
  return kind === "user" && (sub === subjectId || act?.sub === subjectId);
}
