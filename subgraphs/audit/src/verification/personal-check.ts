import { commitmentOf } from "@supergraph/audit-proof";
import { PARTIES, partiesOf, targetPersonOf, type AuditEvent, type PartyName } from "@supergraph/audit-trail";
import { NOBODY, type PersonKey } from "../personal/person-key.js";
import type { PersonalValueRepository } from "../personal/personal-value.repository.js";
import { placeOfChanges } from "../sequencer/sealed-event.js";
import { OpenedKeys, OpenedTexts, type Opening } from "./opened-values.js";
import type { Problems } from "./problems.js";
import type { StoredEvent } from "./stored-event.js";

type TextColumn = "actor_label_text" | "ip_text" | "user_agent_text" | "entity_label_text" | "reason_text";

/** Which value of an event a column names. */
const VALUES = {
  actor_label_text: "actor_label",
  ip_text: "ip",
  user_agent_text: "user_agent",
  entity_label_text: "entity_label",
  reason_text: "reason",
} as const satisfies Record<TextColumn, keyof AuditEvent>;
const columns = Object.keys(VALUES) as TextColumn[];

/** Values of a person that aren't there, and that only an erasure can explain. */
interface Unexplained {
  leafIndex: number;
  subject: string;
}

/** Checks that people's values in the log are those that its leaves commit to, as far as they were not erased. */
export class PersonalCheck {
  readonly #texts: OpenedTexts;
  readonly #keys: OpenedKeys;
  readonly #told = new Set<string>();

  constructor(
    private readonly values: PersonalValueRepository,
    opening: Opening,
    private readonly problems: Problems,
  ) {
    this.#texts = new OpenedTexts(values, opening, problems);
    this.#keys = new OpenedKeys(values, opening, problems);
  }

  async check(rows: readonly StoredEvent[]): Promise<void> {
    const named = rows.flatMap((row) => columns.map((column) => [row[column], Number(row.leaf_index)] as const));
    // Texts before keys before erasures: what an erasure takes away in between is explained by it.
    await this.#texts.load(named.flatMap(([token, leaf]) => (token === null ? [] : [[token, leaf] as const])));
    const revealed = rows.map((row) => this.#revealed(row));
    const subjects = rows.flatMap((row, at) =>
      PARTIES.flatMap((name) => this.#subjectOf(name, row, revealed[at] as AuditEvent) ?? []),
    );
    await this.#keys.load(subjects);
    const unexplained = rows.flatMap((row, at) => this.#checkEvent(row, revealed[at] as AuditEvent));
    await this.#explain(unexplained);
  }

  #revealed(row: StoredEvent): AuditEvent {
    const event: AuditEvent = { ...row, ip: null, user_agent: null };
    for (const column of columns) {
      const text = this.#texts.of(row[column]);
      if (text) event[VALUES[column]] = text.text;
    }
    return event;
  }

  #checkEvent(row: StoredEvent, event: AuditEvent): Unexplained[] {
    return PARTIES.flatMap((name) => {
      const leafIndex = Number(row.leaf_index);
      const commitment = row[`${name}_commitment`];
      const tokens = tokensOf(name, row);
      if (!commitment) {
        if (tokens.length > 0 || (name === "target" && row.changes_sealed))
          this.#modified(row, name, "the event names values that nothing in it commits to");
        return [];
      }
      if (tokens.some((token) => this.#texts.isDamaged(token))) return [];
      const subject = this.#subjectOf(name, row, event);
      // Known by an address alone, which is gone with all else of theirs: nothing tells who it was.
      if (subject === undefined) return [];
      const key = this.#keys.of(subject);
      if (!key || tokens.some((token) => !this.#texts.of(token)))
        return this.#keys.isDamaged(subject) ? [] : [{ leafIndex, subject }];
      this.#compare(row, event, { name, key, commitment });
      return [];
    });
  }

  #compare(
    row: StoredEvent,
    event: AuditEvent,
    { name, key, commitment }: { name: PartyName; key: PersonKey; commitment: Buffer },
  ): void {
    const changes = name === "target" ? changesOf(row, key) : event.changes;
    if (changes === undefined)
      return this.#modified(row, name, "what was changed is not what was encrypted when it was sealed");
    const values = partiesOf({ ...event, changes }).find((party) => party.name === name)?.values ?? {};
    if (!commitmentOf(key.salt(row.id, name), values).equals(commitment))
      this.#modified(row, name, "the values are not those that the event commits to");
  }

  /** Whose the party's values are; undefined when nothing is left that tells. */
  #subjectOf(name: PartyName, row: StoredEvent, event: AuditEvent): string | undefined {
    if (name === "impersonator") return row.impersonator_id ?? undefined;
    if (name === "target") return targetPersonOf(row) ?? NOBODY;
    const known = partiesOf(event).find((party) => party.name === "actor")?.person;
    if (known !== undefined) return known;
    if (row.actor_label_text === null) return NOBODY;
    return tokensOf(name, row)
      .map((token) => this.#texts.of(token)?.subject)
      .find((subject) => subject !== undefined);
  }

  async #explain(unexplained: readonly Unexplained[]): Promise<void> {
    const subjects = [...new Set(unexplained.map(({ subject }) => subject))].filter((one) => !this.#told.has(one));
    if (subjects.length === 0) return;
    const erased = await this.values.erasedAmong(subjects);
    for (const { subject, leafIndex } of unexplained) {
      if (erased.has(subject) || this.#told.has(subject)) continue;
      this.#told.add(subject);
      const whose = subject === NOBODY ? "nobody known" : subject;
      const what = `Values of ${whose} were removed without an erasure: leaf ${leafIndex} names the first of them.`;
      this.problems.add("MISSING", leafIndex, what);
    }
  }

  #modified({ leaf_index, id }: StoredEvent, party: PartyName, what: string): void {
    this.problems.add("MODIFIED", Number(leaf_index), `Leaf ${leaf_index}, event ${id}, ${party}: ${what}.`);
  }
}

/** Which texts of a person the event names as a party's. */
function tokensOf(name: PartyName, row: StoredEvent): string[] {
  const origin = [row.ip_text, row.user_agent_text];
  const named = {
    actor: [row.actor_label_text, ...(row.impersonator_id === null ? origin : [])],
    impersonator: row.impersonator_id === null ? [] : origin,
    target: [row.entity_label_text, row.reason_text],
  }[name];
  return named.filter((token) => token !== null);
}

/** Undefined: they can't be decrypted, or aren't changes. */
function changesOf(row: StoredEvent, key: PersonKey): AuditEvent["changes"] | undefined {
  if (!row.changes_sealed) return row.changes;
  try {
    return JSON.parse(key.open(row.changes_sealed, placeOfChanges(row.id))) as AuditEvent["changes"];
  } catch {
    return undefined;
  }
}
