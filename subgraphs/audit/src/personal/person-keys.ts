import { PersonKey } from "./person-key.js";
import type { KeyRow } from "./personal-value.repository.js";
import type { WrappingKeys } from "./wrapping-keys.js";

const REMEMBERED = 10_000;

/** Makes and opens people's keys. What was opened is remembered by its wrapped form, which is gone once it was erased. */
export class PersonKeys {
  readonly #opened = new Map<string, PersonKey>();

  constructor(private readonly wrapping: WrappingKeys) {}

  /** @throws Error when it is wrapped by a key that isn't here, or was altered */
  open({ subject_id, wrapped, wrapping_key }: KeyRow): PersonKey {
    const form = wrapped.toString("latin1");
    const known = this.#opened.get(form);
    if (known) return known;
    const key = new PersonKey(this.wrapping.unwrap({ wrapped, wrapping_key }, useOf(subject_id)));
    if (this.#opened.size >= REMEMBERED) this.#opened.clear();
    this.#opened.set(form, key);
    return key;
  }

  wrap(subject: string, key: PersonKey): KeyRow {
    return { subject_id: subject, ...this.wrapping.wrap(key.bytes, useOf(subject)) };
  }
}

export function useOf(subject: string): string {
  return `person ${subject}`;
}
