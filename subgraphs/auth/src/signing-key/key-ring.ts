import type { EncryptionAtRest, Database } from "@supergraph/persistence";
import { importJWK, type CryptoKey, type JSONWebKeySet, type JWK } from "jose";
import { ALGORITHM, newSigningKey } from "./new-signing-key.js";
import type { SigningKeyRepository } from "./signing-key.repository.js";
import { SigningKeyStatus } from "./signing-key.type.js";

const { PUBLISHED, ACTIVE, RETIRING } = SigningKeyStatus;

/** A private key, by its name. */
export interface PrivateKey {
  kid: string;
  privateKey: CryptoKey;
}

/** The keys that sign access tokens. Private keys are encrypted at rest (AES-256-GCM, bound to their `kid`). */
export class KeyRing {
  #active: PrivateKey | undefined;

  constructor(
    private readonly database: Database,
    private readonly keys: SigningKeyRepository,
    private readonly encryption: EncryptionAtRest,
  ) {}

  /**
   * Makes the first key; every replica ends with the same one.
   * @throws Error when the private key can't be decrypted: AUTH_KEY_ENCRYPTION_KEY is another than it was
   */
  async ensureActiveKey(): Promise<void> {
    await this.database.unitOfWork(async () => {
      await this.keys.lock();
      if ((await this.keys.findActiveKid()) === undefined)
        await this.keys.insert(await newSigningKey(this.encryption), ACTIVE);
    });
    await this.activeKey();
  }

  /** Which key signs is asked each time, so that no replica signs with one that another has revoked. */
  async activeKey(): Promise<PrivateKey> {
    const kid = await this.keys.findActiveKid();
    if (kid === undefined) throw new Error("There is no active signing key");
    if (this.#active?.kid === kid) return this.#active;
    const row = await this.keys.find(kid);
    // Revoked between the two questions: another signs by now.
    if (!row?.private_jwk_encrypted) return this.activeKey();
    this.#active = await this.#import(kid, row.private_jwk_encrypted);
    return this.#active;
  }

  /** The public keys (RFC 7517) under which a token may be signed that is still in use, or soon will be. */
  async publicKeys(): Promise<JSONWebKeySet> {
    return { keys: (await this.keys.list([PUBLISHED, ACTIVE, RETIRING])).map(({ public_jwk }) => public_jwk) };
  }

  async #import(kid: string, sealed: Buffer): Promise<PrivateKey> {
    const privateKey = await importJWK(this.#open(kid, sealed), ALGORITHM);
    if (privateKey instanceof Uint8Array) throw new Error(`The signing key ${kid} is not a key pair`);
    return { kid, privateKey };
  }

  #open(kid: string, sealed: Buffer): JWK {
    try {
      return JSON.parse(this.encryption.open(sealed, kid)) as JWK;
    } catch (cause) {
      const question = "is AUTH_KEY_ENCRYPTION_KEY the one it was stored under?";
      throw new Error(`The signing key ${kid} can't be decrypted: ${question}`, { cause });
    }
  }
}
