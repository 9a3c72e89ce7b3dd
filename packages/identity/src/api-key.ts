import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** By this a key is told from an access token, and found by secret scanners where it should not be. */
const PREFIX = "sgk_";
const SECRET_BYTES = 32;
const CHECKSUM_BYTES = 4;
/** No bits are left over: every text of this form is the encoding of one key. */
const FORM = /^sgk_[\w-]{48}$/;
const SHOWN_CHARACTERS = 8;

/** A new API key: `sgk_`, then 256 random bits and their CRC-32 in base64url. */
export function newApiKey(): string {
  const secret = randomBytes(SECRET_BYTES);
  return PREFIX + Buffer.concat([secret, checksumOf(secret)]).toString("base64url");
}

/** Whether a credential claims to be an API key. */
export const isApiKey = (credential: string): boolean => credential.startsWith(PREFIX);

/** Whether it was made by `newApiKey`, as far as that shows: a key that was mistyped or cut needs no look-up. */
export function isWholeApiKey(key: string): boolean {
  if (!FORM.test(key)) return false;
  const bytes = Buffer.from(key.slice(PREFIX.length), "base64url");
  return checksumOf(bytes.subarray(0, SECRET_BYTES)).equals(bytes.subarray(SECRET_BYTES));
}

/** What is stored of a key, and asked for: SHA-256 will do, for it holds 256 random bits. */
export const hashOfApiKey = (key: string): Buffer => createHash("sha256").update(key).digest();

/** What may be shown of a key, to recognise it by. */
export const apiKeyPrefix = (key: string): string => key.slice(0, SHOWN_CHARACTERS);

function checksumOf(secret: Buffer): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(secret));
  return checksum;
}
