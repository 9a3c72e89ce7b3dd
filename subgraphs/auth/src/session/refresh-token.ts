import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;

/**
 * Refresh tokens: 256 random bits, stored hashed. A successor is derived from its predecessor under a key of the
 * server's, so that tabs which race with one token all get the same successor, and it need not be stored.
 */
export class RefreshTokens {
  readonly #derivationKey: Buffer;

  constructor(encryptionKey: Uint8Array) {
    this.#derivationKey = Buffer.from(hkdfSync("sha256", encryptionKey, "", "refresh-token successor", TOKEN_BYTES));
  }

  first(): string {
    return randomBytes(TOKEN_BYTES).toString("base64url");
  }

  successorOf(token: string): string {
    return createHmac("sha256", this.#derivationKey).update(token).digest("base64url");
  }
}

/** What is stored of a token: SHA-256 will do, for it holds 256 random bits. */
export const hashOfToken = (token: string): Buffer => createHash("sha256").update(token).digest();
