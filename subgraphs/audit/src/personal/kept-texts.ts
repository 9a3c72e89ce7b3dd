import type { Database } from "@supergraph/persistence";
import type { NamedText } from "../sequencer/sealed-event.js";
import type { PersonalValueRepository, TextRow } from "./personal-value.repository.js";

const REMEMBERED = 100_000;
/** By then what nobody names any more may be removed: see retention/unnamed-texts.ts. */
const REMEMBERED_MS = 5 * 60_000;

/** Where a text of a person stands. */
export function placeOfText(token: string): string {
  return `text ${token}`;
}

/** Keeps each text of a person once, encrypted. Those known to be there are neither encrypted nor sent again. */
export class KeptTexts {
  readonly #committed = new Set<string>();
  #forgottenAt = performance.now();

  constructor(
    private readonly database: Database,
    private readonly values: PersonalValueRepository,
    private readonly ipToken: (ip: string) => Buffer,
  ) {}

  async keep(texts: readonly NamedText[]): Promise<void> {
    this.#forgetInTime();
    const rows = new Map<string, TextRow>();
    for (const { token, kind, subject, key, text } of texts) {
      if (this.#committed.has(token) || rows.has(token)) continue;
      const ip_token = kind === "ip" ? this.ipToken(text) : null;
      rows.set(token, { token, kind, subject_id: subject, ip_token, sealed: key.seal(text, placeOfText(token)) });
    }
    if (rows.size === 0) return;
    await this.values.addTexts([...rows.values()]);
    await this.database.afterCommit(() => Promise.resolve(this.#remember(rows.keys())));
  }

  #forgetInTime(): void {
    if (performance.now() - this.#forgottenAt < REMEMBERED_MS) return;
    this.#committed.clear();
    this.#forgottenAt = performance.now();
  }

  #remember(tokens: Iterable<string>): void {
    if (this.#committed.size > REMEMBERED) this.#committed.clear();
    for (const token of tokens) this.#committed.add(token);
  }
}
