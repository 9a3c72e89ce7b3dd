import { createHmac, randomBytes } from "node:crypto";
import { EncryptionAtRest } from "@supergraph/persistence";
import { inUuidForm } from "./uuid-form.js";

const SALT_BYTES = 16;
/** People have few texts: names, addresses, browsers. */
const REMEMBERED_TOKENS = 64;

export type TextKind = "label" | "ip" | "user_agent" | "reason";

/** Where the values of nobody known belong: the nil UUID (RFC 9562 section 5.9). */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

/**
 * The key of one person's values in the log. All that tells of a value comes from it: the ciphertext, the token that
 * names the value, the salt of a commitment. Once it is destroyed nobody can read a value, nor test a guess.
 */
export class PersonKey {
  readonly #encryption: EncryptionAtRest;
  readonly #naming: Buffer;
  readonly #tokens = new Map<string, string>();

  constructor(readonly bytes: Buffer) {
    this.#encryption = new EncryptionAtRest(hmac(bytes, "encryption"));
    this.#naming = hmac(bytes, "naming");
  }

  static random(): PersonKey {
    return new PersonKey(randomBytes(32));
  }

  /** Names a text of the person: the same for the same text, and a UUID in form. */
  token(kind: TextKind, text: string): string {
    const name = `${kind}\0${text}`;
    const known = this.#tokens.get(name);
    if (known !== undefined) return known;
    const token = inUuidForm(hmac(this.#naming, name));
    if (this.#tokens.size >= REMEMBERED_TOKENS) this.#tokens.clear();
    this.#tokens.set(name, token);
    return token;
  }

  /** What makes a commitment to few possible values one that can't be guessed from. */
  salt(eventId: string, party: string): Buffer {
    return hmac(this.#naming, `salt\0${eventId}\0${party}`).subarray(0, SALT_BYTES);
  }

  seal(text: string, place: string): Buffer {
    return this.#encryption.seal(text, place);
  }

  /** @throws Error when it was altered, or stands in another place than it was sealed for */
  open(sealed: Buffer, place: string): string {
    return this.#encryption.open(sealed, place);
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
