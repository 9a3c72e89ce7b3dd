import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET_BYTES = 32;

/** 256 random bits, under a prefix by which scanners of code and logs know what they have found. */
export const newClientSecret = (): string => `scs_${randomBytes(SECRET_BYTES).toString("base64url")}`;

/** What is stored: SHA-256 will do, for the secret holds 256 random bits. */
export const hashOfSecret = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/** Whether it is the hash's secret; for an account that doesn't exist, false after the same work. */
export function secretMatches(secret: string, stored: Buffer | undefined): boolean {
  const given = hashOfSecret(secret);
  return timingSafeEqual(given, stored ?? Buffer.alloc(given.length)) && stored !== undefined;
}
