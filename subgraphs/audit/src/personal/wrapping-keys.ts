import { createHash } from "node:crypto";
import { EncryptionAtRest } from "@supergraph/persistence";

/** A key as the database holds it, and the name of the key that it is wrapped by. */
export interface WrappedKey {
  wrapped: Buffer;
  wrapping_key: string;
}

/**
 * The keys of `AUDIT_KEY_ENCRYPTION_KEY`: all other keys of the log stand in the database wrapped by one of them
 * (AES-256-GCM, bound to what the key is for). What is wrapped by an earlier one still opens, until it is wrapped anew.
 */
export class WrappingKeys {
  readonly #byName: ReadonlyMap<string, EncryptionAtRest>;
  readonly current: string;

  constructor(current: Uint8Array, previous: readonly Uint8Array[] = []) {
    this.current = nameOf(current);
    this.#byName = new Map([...previous, current].map((key) => [nameOf(key), new EncryptionAtRest(key)]));
  }

  /** The names of earlier keys. */
  get previous(): string[] {
    return [...this.#byName.keys()].filter((name) => name !== this.current);
  }

  /** @throws Error when one of the names is of a key that is not here */
  requireAll(names: readonly string[]): void {
    for (const name of names) this.#named(name);
  }

  wrap(key: Uint8Array, use: string): WrappedKey {
    return { wrapped: this.#named(this.current).seal(key, use), wrapping_key: this.current };
  }

  /** @throws Error when it was wrapped by a key that is not here, for another use, or was altered */
  unwrap({ wrapped, wrapping_key }: WrappedKey, use: string): Buffer {
    return this.#named(wrapping_key).openBytes(wrapped, use);
  }

  #named(name: string): EncryptionAtRest {
    const key = this.#byName.get(name);
    if (!key) {
      throw new Error(
        `Keys of the audit log are wrapped by the key ${name}, which is neither AUDIT_KEY_ENCRYPTION_KEY ` +
          "nor one of AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS",
      );
    }
    return key;
  }
}

/** Tells keys apart without telling what they are. */
function nameOf(key: Uint8Array): string {
  return createHash("sha256").update("audit wrapping key").update(key).digest("hex").slice(0, 16);
}
