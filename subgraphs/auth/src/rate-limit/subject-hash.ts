import { createHmac, hkdfSync } from "node:crypto";

const KEY_BYTES = 32;

/**
 * Hashes whom a limit counts, under a key of the server's: e-mail and IP addresses are few enough to be guessed from a
 * plain hash, and must not stand in the database as they are.
 */
export class SubjectHash {
  readonly #key: Buffer;

  constructor(encryptionKey: Uint8Array) {
    this.#key = Buffer.from(hkdfSync("sha256", encryptionKey, "", "rate-limit subject", KEY_BYTES));
  }

  of(...parts: string[]): Buffer {
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest();
  }
}
