import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { fromBase64 } from "./base64.js";
import { malformed } from "./note-error.js";

export interface NoteVerifier {
  name: string;
  /** Four bytes that a signature names its key by. */
  keyId: Buffer;
  publicKey: KeyObject;
}

/** The signature type of Ed25519 in C2SP signed-note. */
const ED25519 = Buffer.of(0x01);
const PUBLIC_KEY_BYTES = 32;
const VERIFIER_KEY = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<key>.+)$/s;

export const isKeyName = (name: string): boolean => name.isWellFormed() && /^[^+\s\p{Cc}]+$/u.test(name);

/** The first four bytes of SHA-256(name, newline, type, public key). */
export function keyIdOf(name: string, rawPublicKey: Buffer): Buffer {
  return createHash("sha256").update(`${name}\n`).update(ED25519).update(rawPublicKey).digest().subarray(0, 4);
}

export function rawPublicKeyOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}

/** C2SP's encoding of a verifier key: `<name>+<8 hex digits>+<base64 of type and key>`. */
export function formatVerifierKey(name: string, rawPublicKey: Buffer): string {
  const encoded = Buffer.concat([ED25519, rawPublicKey]).toString("base64");
  return `${name}+${keyIdOf(name, rawPublicKey).toString("hex")}+${encoded}`;
}

/**
 * Reads a verifier key, `<name>+<8 hex digits>+<base64>`, Ed25519 alone.
 * @throws NoteError MALFORMED
 */
export function parseVerifierKey(text: string): NoteVerifier {
  const { name, id, key } = VERIFIER_KEY.exec(text)?.groups ?? {};
  if (name === undefined || id === undefined || key === undefined || !isKeyName(name))
    throw malformed("This is not a verifier key: it should read <name>+<8 hex digits>+<base64>.");
  const bytes = fromBase64(key);
  if (!bytes) throw malformed(`The verifier key of ${name} doesn't end in base64.`);
  if (bytes[0] !== ED25519[0]) throw malformed(`The verifier key of ${name} is not one of Ed25519.`);
  const raw = bytes.subarray(1);
  if (raw.length !== PUBLIC_KEY_BYTES)
    throw malformed(`The verifier key of ${name} has ${raw.length} bytes instead of ${PUBLIC_KEY_BYTES}.`);
  const keyId = keyIdOf(name, raw);
  if (keyId.toString("hex") !== id) throw malformed(`The verifier key of ${name} doesn't belong to its id, ${id}.`);
  const jwk = { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") };
  return { name, keyId, publicKey: createPublicKey({ key: jwk, format: "jwk" }) };
}
