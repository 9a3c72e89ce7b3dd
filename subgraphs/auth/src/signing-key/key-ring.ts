import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JSONWebKeySet, type JWK } from "jose";
import type { EncryptionAtRest } from "../encryption-at-rest.js";
import type { SigningKeyRepository, SigningKeyRow } from "./signing-key.repository.js";

const ALGORITHM = "ES256";

/** The keys that sign access tokens. Private keys are encrypted at rest (AES-256-GCM, bound to their `kid`). */
export class KeyRing {
  #active: { kid: string; privateKey: CryptoKey } | undefined;

  constructor(
    private readonly keys: SigningKeyRepository,
    private readonly encryption: EncryptionAtRest,
  ) {}

  /** Makes the first key; every replica ends with the same one. */
  async ensureActiveKey(): Promise<void> {
    if (await this.keys.findActive()) return;
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const kid = crypto.randomUUID();
    const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: "sig" };
    await this.keys.insertFirstActive({
      kid,
      algorithm: ALGORITHM,
      public_jwk: publicJwk,
      private_jwk_encrypted: this.encryption.seal(JSON.stringify(await exportJWK(privateKey)), kid),
    });
  }

  /** @throws Error when the private key can't be decrypted: AUTH_KEY_ENCRYPTION_KEY is another than it was. */
  async activeKey(): Promise<{ kid: string; privateKey: CryptoKey }> {
    this.#active ??= await this.#load();
    return this.#active;
  }

  /** The public keys (RFC 7517) under which a token may be signed that is still in use. */
  async publicKeys(): Promise<JSONWebKeySet> {
    return { keys: (await this.keys.findUsable()).map(({ public_jwk }) => public_jwk) };
  }

  async #load(): Promise<{ kid: string; privateKey: CryptoKey }> {
    const row = await this.keys.findActive();
    if (!row) throw new Error("There is no active signing key");
    const privateKey = await importJWK(this.#open(row), ALGORITHM);
    if (privateKey instanceof Uint8Array) throw new Error(`The signing key ${row.kid} is not a key pair`);
    return { kid: row.kid, privateKey };
  }

  #open({ kid, private_jwk_encrypted: sealed }: SigningKeyRow): JWK {
    try {
      return JSON.parse(this.encryption.open(sealed, kid)) as JWK;
    } catch (cause) {
      const question = "is AUTH_KEY_ENCRYPTION_KEY the one it was stored under?";
      throw new Error(`The signing key ${kid} can't be decrypted: ${question}`, { cause });
    }
  }
}
