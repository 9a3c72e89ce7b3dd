import { placeOfText } from "../personal/kept-texts.js";
import type { PersonKey } from "../personal/person-key.js";
import type { PersonKeys } from "../personal/person-keys.js";
import type { KeyedText, KeyRow, PersonalValueRepository } from "../personal/personal-value.repository.js";
import type { Problems } from "./problems.js";

const REMEMBERED = 50_000;

/** What opens people's values. */
export interface Opening {
  keys: PersonKeys;
  ipToken: (ip: string) => Buffer;
}

interface OpenedText {
  subject: string;
  text: string;
}

/** Texts of people that events name, each opened and checked once. What can't be opened is a problem. */
export class OpenedTexts {
  readonly #known = new Map<string, OpenedText | "gone" | "damaged">();

  constructor(
    private readonly values: PersonalValueRepository,
    private readonly opening: Opening,
    private readonly problems: Problems,
  ) {}

  /** Reads those that aren't known yet, each with a leaf that names it. */
  async load(named: readonly (readonly [token: string, leafIndex: number])[]): Promise<void> {
    if (this.#known.size > REMEMBERED) this.#known.clear();
    const leaves = new Map<string, number>();
    for (const [token, leaf] of named) if (!this.#known.has(token) && !leaves.has(token)) leaves.set(token, leaf);
    if (leaves.size === 0) return;
    const rows = new Map((await this.values.textsOf([...leaves.keys()])).map((row) => [row.token, row]));
    for (const [token, leafIndex] of leaves) {
      const row = rows.get(token);
      this.#known.set(token, row ? this.#open(row, leafIndex) : "gone");
    }
  }

  /** Undefined: it is gone, or damaged. */
  of(token: string | null): OpenedText | undefined {
    const known = this.#known.get(token ?? "");
    return typeof known === "object" ? known : undefined;
  }

  isDamaged(token: string): boolean {
    return this.#known.get(token) === "damaged";
  }

  #open(row: KeyedText, leafIndex: number): OpenedText | "damaged" {
    const { token, kind, subject_id: subject, sealed, ip_token } = row;
    try {
      const key = this.opening.keys.open(row);
      const text = key.open(sealed, placeOfText(token));
      const isFoundBy = kind !== "ip" || ip_token?.equals(this.opening.ipToken(text)) === true;
      if (key.token(kind, text) === token && isFoundBy) return { subject, text };
    } catch {
      // Told below: that it fails is all there is to say.
    }
    const what = `A ${kind} of ${subject} that leaf ${leafIndex} names is not what was encrypted when it was sealed.`;
    this.problems.add("MODIFIED", leafIndex, what);
    return "damaged";
  }
}

/** People's keys, each opened once. One that can't be opened is a problem. */
export class OpenedKeys {
  readonly #known = new Map<string, PersonKey | "gone" | "damaged">();

  constructor(
    private readonly values: PersonalValueRepository,
    private readonly opening: Opening,
    private readonly problems: Problems,
  ) {}

  async load(subjects: readonly string[]): Promise<void> {
    if (this.#known.size > REMEMBERED) this.#known.clear();
    const unknown = [...new Set(subjects)].filter((subject) => !this.#known.has(subject));
    if (unknown.length === 0) return;
    for (const subject of unknown) this.#known.set(subject, "gone");
    for (const row of await this.values.keysOf(unknown)) this.#known.set(row.subject_id, this.#open(row));
  }

  of(subject: string): PersonKey | undefined {
    const known = this.#known.get(subject);
    return typeof known === "object" ? known : undefined;
  }

  isDamaged(subject: string): boolean {
    return this.#known.get(subject) === "damaged";
  }

  #open(row: KeyRow): PersonKey | "damaged" {
    try {
      return this.opening.keys.open(row);
    } catch {
      this.problems.add(
        "MODIFIED",
        undefined,
        `The key of ${row.subject_id}'s values can't be opened: it was changed.`,
      );
      return "damaged";
    }
  }
}
