import { createPublicKey, sign, type KeyObject } from "node:crypto";
import { malformed } from "./note-error.js";
import { isNoteText } from "./open-note.js";
import { formatVerifierKey, isKeyName, keyIdOf, rawPublicKeyOf } from "./verifier-key.js";

/** Signs notes (C2SP signed-note) with an Ed25519 key. */
export class NoteSigner {
  /** What those who verify need: `<name>+<8 hex digits>+<base64>`. */
  readonly verifierKey: string;
  readonly #keyId: Buffer;

  /** @throws NoteError MALFORMED when the name can't stand in a note; TypeError when the key isn't Ed25519's */
  constructor(
    readonly name: string,
    private readonly privateKey: KeyObject,
  ) {
    if (!isKeyName(name)) throw malformed(`A key can't be named ${JSON.stringify(name)}: no spaces, no plus.`);
    if (privateKey.asymmetricKeyType !== "ed25519") throw new TypeError("Notes are signed with an Ed25519 key.");
    const raw = rawPublicKeyOf(createPublicKey(privateKey));
    this.verifierKey = formatVerifierKey(name, raw);
    this.#keyId = keyIdOf(name, raw);
  }

  /**
   * The whole note: the text, and the signature's line below it.
   * @throws NoteError MALFORMED when the text doesn't end in a newline or holds control characters
   */
  sign(text: string): string {
    if (!isNoteText(text)) throw malformed("A note's text ends in a newline and holds no control characters.");
    const signature = Buffer.concat([this.#keyId, sign(null, Buffer.from(text), this.privateKey)]);
    return `${text}\n— ${this.name} ${signature.toString("base64")}\n`;
  }
}
