import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { fromBase64 } from "./base64.js";
import { malformed } from "./note-error.js";

export interface NoteVerifier {
  name: string;
  /** Four bytes that a signature names its key by. */
  keyId: Buffer;
  publicKey: KeyObject;
}

/** The signature types of C2SP signed-note and tlog-cosignature that are made with Ed25519 keys. */
const ED25519 = 0x01;
const COSIGNATURE_V1 = 0x04;
const PUBLIC_KEY_BYTES = 32;
const VERIFIER_KEY = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<key>.+)$/s;

export const isKeyName = (name: string): boolean => name.isWellFormed() && /^[^+\s\p{Cc}]+$/u.test(name);

/** The first four bytes of SHA-256(name, newline, type, public key). */
export function keyIdOf(name: string, rawPublicKey: Buffer, type = ED25519): Buffer {
  return createHash("sha256").update(`${name}\n`).update(Buffer.of(type)).update(rawPublicKey).digest().subarray(0, 4);
}

export function rawPublicKeyOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}

/** C2SP's encoding of a verifier key: `<name>+<8 hex digits>+<base64 of type and key>`. */
export function formatVerifierKey(name: string, rawPublicKey: Buffer): string {
  const encoded = Buffer.concat([Buffer.of(ED25519), rawPublicKey]).toString("base64");
  return `${name}+${keyIdOf(name, rawPublicKey).toString("hex")}+${encoded}`;
}

/**
 * Reads a verifier key, `<name>+<8 hex digits>+<base64>`, Ed25519 alone.
 * @throws NoteError MALFORMED
 */
export function parseVerifierKey(text: string): NoteVerifier {
  return parseKey(text, ED25519);
}

/**
 * Reads the verifier key of a witness that cosigns with Ed25519 (C2SP tlog-cosignature, `cosignature/v1`).
 * @throws NoteError MALFORMED
 */
export function parseCosignerKey(text: string): NoteVerifier {
  return parseKey(text, COSIGNATURE_V1);
}

function parseKey(text: string, type: number): NoteVerifier {
  const { name, id, key } = VERIFIER_KEY.exec(text)?.groups ?? {};
  if (name === undefined || id === undefined || key === undefined || !isKeyName(name))
    throw malformed("This is not a verifier key: it should read <name>+<8 hex digits>+<base64>.");
  const bytes = fromBase64(key);
  if (!bytes) throw malformed(`The verifier key of ${name} doesn't end in base64.`);
  if (bytes[0] !== type) {
    const wanted = type === ED25519 ? "one of Ed25519" : "one of Ed25519 cosignatures";
    throw malformed(`The verifier key of ${name} is not ${wanted}.`);
  }
  const raw = bytes.subarray(1);
  if (raw.length !== PUBLIC_KEY_BYTES)
    throw malformed(`The verifier key of ${name} has ${raw.length} bytes instead of ${PUBLIC_KEY_BYTES}.`);
  const keyId = keyIdOf(name, raw, type);
  if (keyId.toString("hex") !== id) throw malformed(`The verifier key of ${name} doesn't belong to its id, ${id}.`);
  const jwk = { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") };
  return { name, keyId, publicKey: createPublicKey({ key: jwk, format: "jwk" }) };
}
