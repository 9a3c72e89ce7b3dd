import { createLocalJWKSet, type CryptoKey, type JSONWebKeySet } from "jose";
import { SystemError } from "@supergraph/errors";

/** How long the fetched keys serve before they are fetched again. */
const FRESH_MS = 5 * 60_000;
/** An unknown `kid` fetches the keys at most this often, or a client could make us fetch for every request. */
const REFETCH_PAUSE_MS = 2_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The JWKS (RFC 7517) that `fetchKeys` brings: fetched again by its age, for a key that it lacks, and when told. */
export class FetchedKeys {
  #keys: KeySet | undefined;
  #kids = new Set<string>();
  #fetchedAt = -Infinity;
  #fetching: Promise<void> | undefined;
  #generation = 0;

  constructor(private readonly fetchKeys: () => Promise<JSONWebKeySet>) {}

  /** Another number whenever the keys may be others than before; undefined while they have to be fetched. */
  get generation(): number | undefined {
    return this.#keys && this.#age <= FRESH_MS ? this.#generation : undefined;
  }

  /** The keys have changed: those of before count no more, even when auth can't be asked for the new ones. */
  forget(): void {
    this.#generation++;
    this.#keys = undefined;
    this.#fetching = undefined;
    this.#fetchedAt = -Infinity;
  }

  /** @throws JOSEError when no key is of that name; whatever `fetchKeys` throws when that can't be known */
  async keyFor(...[header, jws]: Parameters<KeySet>): Promise<CryptoKey> {
    const kid = header?.kid;
    if (kid === undefined) throw new SystemError("TOKEN_INVALID");
    if (this.#age > FRESH_MS) await this.#fetchOnce().catch(this.#unlessKnown(kid));
    else if (!this.#kids.has(kid) && this.#age > REFETCH_PAUSE_MS) await this.#fetchOnce();
    if (!this.#keys) throw new SystemError("SERVICE_OUT_OF_REACH");
    return this.#keys(header, jws);
  }

  get #age(): number {
    return Date.now() - this.#fetchedAt;
  }

  /** Keys that were good a moment ago still are: an auth service that is away must not sign everybody out. */
  #unlessKnown(kid: string) {
    return (error: unknown) => {
      if (!this.#keys || !this.#kids.has(kid)) throw error;
    };
  }

  #fetchOnce(): Promise<void> {
    if (this.#fetching) return this.#fetching;
    const fetching = this.#fetch().finally(() => {
      if (this.#fetching === fetching) this.#fetching = undefined;
    });
    this.#fetching = fetching;
    return fetching;
  }

  async #fetch(): Promise<void> {
    const generation = this.#generation;
    const set = await this.fetchKeys();
    // What was asked before the keys changed may be the answer from before.
    if (generation !== this.#generation) return this.#fetchOnce();
    this.#keys = createLocalJWKSet(set);
    this.#kids = new Set(set.keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid])));
    this.#fetchedAt = Date.now();
    this.#generation++;
  }
}
