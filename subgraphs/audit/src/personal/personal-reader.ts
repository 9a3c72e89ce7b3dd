import { targetPersonOf, type AuditEvent } from "@supergraph/audit-trail";
import { placeOfChanges } from "../sequencer/sealed-event.js";
import { placeOfText } from "./kept-texts.js";
import { NOBODY, type PersonKey } from "./person-key.js";
import type { PersonKeys } from "./person-keys.js";
import type { PersonalValueRepository } from "./personal-value.repository.js";

const SEARCH_CHUNK = 5_000;
const BEFORE_THE_FIRST = NOBODY;

/** Which column of a sealed event names the text of which. */
const NAMES = {
  actor_label: "actor_label_text",
  ip: "ip_text",
  user_agent: "user_agent_text",
  entity_label: "entity_label_text",
  reason: "reason_text",
} as const;

/** Where a sealed event says what is personal in it: the names of its texts, and its changes, encrypted. */
export interface SealedTexts extends Record<(typeof NAMES)[keyof typeof NAMES], string | null> {
  changes_sealed: Buffer | null;
}

/** An event of which personal values can be read. */
type Readable = SealedTexts &
  Pick<AuditEvent, "id" | "entity_type" | "entity_id" | "metadata" | keyof typeof NAMES> & {
    changes: AuditEvent["changes"] | null;
  };

const named = Object.entries(NAMES) as [keyof typeof NAMES, (typeof NAMES)[keyof typeof NAMES]][];

interface Opened {
  subject: string;
  text: string;
}

/** Reads people's values in the log, as far as they are still there. */
export class PersonalReader {
  constructor(
    private readonly values: PersonalValueRepository,
    private readonly keys: PersonKeys,
    private readonly ipToken: (ip: string) => Buffer,
  ) {}

  /**
   * The events with what is personal in them, in the same order; what was erased stays null.
   * @param only whose values: everybody's unless given
   */
  async reveal<Row extends Readable>(rows: readonly Row[], only?: string): Promise<Row[]> {
    const tokens = rows.flatMap((row) => named.flatMap(([, column]) => row[column] ?? []));
    const texts = tokens.length > 0 ? await this.#open(tokens) : new Map<string, Opened>();
    const keys = await this.#keysOfChanges(rows);
    return rows.map((row) => {
      const shown = { ...row };
      for (const [name, column] of named) {
        const text = texts.get(row[column] ?? "");
        if (text && (only === undefined || text.subject === only)) shown[name] = text.text;
      }
      const subject = subjectOfChanges(row);
      const key = keys.get(subject);
      if (row.changes_sealed && key && (only === undefined || subject === only)) {
        shown.changes = JSON.parse(key.open(row.changes_sealed, placeOfChanges(row.id))) as AuditEvent["changes"];
      }
      return shown;
    });
  }

  /** The names of all texts that are this client address. */
  async namesOfIp(ip: string): Promise<string[]> {
    return this.values.tokensOfIp(this.ipToken(ip));
  }

  /**
   * The names of all labels and reasons that hold `text`, in upper or lower case. Each is opened for it: some 100,000 a
   * second, of which every person has a few.
   */
  async namesOfTexts(text: string): Promise<string[]> {
    const sought = text.toLowerCase();
    const found: string[] = [];
    for (let after = BEFORE_THE_FIRST; ;) {
      const chunk = await this.values.searchedTexts(after, SEARCH_CHUNK);
      for (const row of chunk) {
        const opened = this.keys.open(row).open(row.sealed, placeOfText(row.token));
        if (opened.toLowerCase().includes(sought)) found.push(row.token);
      }
      const last = chunk.at(-1);
      if (chunk.length < SEARCH_CHUNK || !last) return found;
      after = last.token;
    }
  }

  async #open(tokens: readonly string[]): Promise<Map<string, Opened>> {
    const rows = await this.values.textsOf([...new Set(tokens)]);
    return new Map(
      rows.map((row) => {
        const text = this.keys.open(row).open(row.sealed, placeOfText(row.token));
        return [row.token, { subject: row.subject_id, text }];
      }),
    );
  }

  async #keysOfChanges(rows: readonly Readable[]): Promise<Map<string, PersonKey>> {
    const subjects = new Set(rows.filter(({ changes_sealed }) => changes_sealed !== null).map(subjectOfChanges));
    if (subjects.size === 0) return new Map();
    const found = await this.values.keysOf([...subjects]);
    return new Map(found.map((row) => [row.subject_id, this.keys.open(row)]));
  }
}

function subjectOfChanges(row: Readable): string {
  return targetPersonOf(row) ?? NOBODY;
}
