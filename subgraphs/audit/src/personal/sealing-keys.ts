import type { Database } from "@supergraph/persistence";
import { PersonKey } from "./person-key.js";
import type { PersonKeys } from "./person-keys.js";
import type { KeyRow, PersonalValueRepository } from "./personal-value.repository.js";

const REMEMBERED = 10_000;

/** The keys under which the values of one batch are sealed. */
export class BatchKeys {
  constructor(private readonly keys: ReadonlyMap<string, PersonKey>) {}

  /** Undefined for who has been erased: nothing of theirs is kept. */
  of(subject: string): PersonKey | undefined {
    return this.keys.get(subject);
  }
}

/**
 * Finds or makes the keys of people for who holds the sequencer's lead: nobody else makes or destroys any meanwhile.
 * Remembered are keys whose making was committed, so that a batch asks the database for strangers alone.
 */
export class SealingKeys {
  readonly #committed = new Map<string, PersonKey>();

  constructor(
    private readonly database: Database,
    private readonly values: PersonalValueRepository,
    private readonly keys: PersonKeys,
  ) {}

  async of(subjects: readonly string[]): Promise<BatchKeys> {
    const found = new Map<string, PersonKey>();
    const erased = await this.values.erasedAmong(subjects);
    const strangers: string[] = [];
    for (const subject of subjects) {
      if (erased.has(subject)) this.#committed.delete(subject);
      else {
        const known = this.#committed.get(subject);
        if (known) found.set(subject, known);
        else strangers.push(subject);
      }
    }
    const fresh = await this.#readOrMake(strangers);
    for (const [subject, key] of fresh) found.set(subject, key);
    if (fresh.size > 0) await this.database.afterCommit(() => Promise.resolve(this.#remember(fresh)));
    return new BatchKeys(found);
  }

  async #readOrMake(subjects: readonly string[]): Promise<Map<string, PersonKey>> {
    if (subjects.length === 0) return new Map();
    const read = await this.values.keysOf(subjects);
    const keys = new Map(read.map((row) => [row.subject_id, this.keys.open(row)]));
    const made: KeyRow[] = [];
    for (const subject of subjects) {
      if (keys.has(subject)) continue;
      const key = PersonKey.random();
      keys.set(subject, key);
      made.push(this.keys.wrap(subject, key));
    }
    await this.values.addKeys(made);
    return keys;
  }

  #remember(fresh: ReadonlyMap<string, PersonKey>): void {
    if (this.#committed.size + fresh.size > REMEMBERED) this.#committed.clear();
    for (const [subject, key] of fresh) this.#committed.set(subject, key);
  }
}
