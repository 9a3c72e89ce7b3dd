import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JSONWebKeySet, type JWK } from "jose";
import type { SigningKeyRepository, SigningKeyRow } from "./signing-key.repository.js";

const ALGORITHM = "ES256";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The keys that sign access tokens. Private keys are encrypted at rest (AES-256-GCM, bound to their `kid`). */
export class KeyRing {
  #active: { kid: string; privateKey: CryptoKey } | undefined;

  constructor(
    private readonly keys: SigningKeyRepository,
    private readonly encryptionKey: Uint8Array,
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
      private_jwk_encrypted: this.#encrypt(kid, await exportJWK(privateKey)),
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
    const privateKey = await importJWK(this.#decrypt(row), ALGORITHM);
    if (privateKey instanceof Uint8Array) throw new Error(`The signing key ${row.kid} is not a key pair`);
    return { kid: row.kid, privateKey };
  }

  #encrypt(kid: string, jwk: JWK): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.encryptionKey, nonce).setAAD(Buffer.from(kid));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(jwk)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  #decrypt({ kid, private_jwk_encrypted: bytes }: SigningKeyRow): JWK {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.encryptionKey, nonce).setAAD(Buffer.from(kid)).setAuthTag(tag);
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString()) as JWK;
    } catch (cause) {
      throw new Error(
        `The signing key ${kid} can't be decrypted: is AUTH_KEY_ENCRYPTION_KEY the one it was stored under?`,
        {
          cause,
        },
      );
    }
  }
}
