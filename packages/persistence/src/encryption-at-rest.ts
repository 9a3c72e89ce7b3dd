import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what the database must not hold in plain: AES-256-GCM (NIST SP 800-38D), a fresh nonce each time. The
 * sealed bytes are nonce, tag and ciphertext; `context` binds them to their place, so that a row can't be moved.
 */
export class EncryptionAtRest {
  constructor(private readonly key: Uint8Array) {}

  seal(plain: string | Uint8Array, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce).setAAD(Buffer.from(context));
    const bytes = typeof plain === "string" ? Buffer.from(plain) : plain;
    const sealed = [cipher.update(bytes), cipher.final()];
    return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
  }

  /** @throws Error when the key or the context is another, or the bytes were altered */
  open(bytes: Buffer, context: string): string {
    return this.openBytes(bytes, context).toString();
  }

  /**
   * In memory of their own: a slice of Node's buffer pool would keep 64 KB alive for each key that is remembered.
   * @throws Error as `open`
   */
  openBytes(bytes: Buffer, context: string): Buffer {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.key, nonce).setAAD(Buffer.from(context)).setAuthTag(tag);
    const plain = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    // GCM has no padding: all bytes are there, and what is left is to check the tag.
    decipher.final();
    return plain;
  }
}
