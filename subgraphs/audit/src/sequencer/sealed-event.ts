import { EVENT_COLUMNS, erasedForm, type AuditEvent, type Party, type PartyName } from "@supergraph/audit-trail";
import { commitmentOf, leafBytes, leafHash } from "@supergraph/audit-proof";
import { asBytea } from "../personal/bytea.js";
import { NOBODY, type PersonKey, type TextKind } from "../personal/person-key.js";

type SealedColumns = Omit<AuditEvent, "ip" | "user_agent">;

/** A row of `audit.event`, as COPY takes it: bytes in hexadecimal; what is left out is null. */
export interface SealedRow extends SealedColumns {
  leaf_index: number;
  retention_days: number;
  sealed_at: string;
  actor_commitment?: string;
  impersonator_commitment?: string;
  target_commitment?: string;
  actor_label_text?: string;
  ip_text?: string;
  user_agent_text?: string;
  entity_label_text?: string;
  reason_text?: string;
  changes_sealed?: string;
  leaf_hash: string;
}

/** Holds the name of each column that sealing adds: the compiler sees when one is missing. */
const ADDED_COLUMNS: Record<Exclude<keyof SealedRow, keyof SealedColumns>, true> = {
  leaf_index: true,
  retention_days: true,
  sealed_at: true,
  actor_commitment: true,
  impersonator_commitment: true,
  target_commitment: true,
  actor_label_text: true,
  ip_text: true,
  user_agent_text: true,
  entity_label_text: true,
  reason_text: true,
  changes_sealed: true,
  leaf_hash: true,
};
const isKept = (column: keyof AuditEvent) => column !== "ip" && column !== "user_agent";
export const SEALED_COLUMNS = [...EVENT_COLUMNS.filter(isKept), ...Object.keys(ADDED_COLUMNS)] as (keyof SealedRow)[];

/** A text of a person that an event names. */
export interface NamedText {
  token: string;
  kind: TextKind;
  subject: string;
  key: PersonKey;
  text: string;
}

export interface SealedEvent {
  row: SealedRow;
  leafHash: Buffer;
  texts: NamedText[];
}

/** What sealing needs to know beside the event. */
export interface Sealing {
  /** Whose the event's personal values are. */
  parties: readonly Party[];
  leafIndex: number;
  sealedAt: string;
  retentionDays: number;
  /** Undefined: erased. */
  keyOf: (subject: string) => PersonKey | undefined;
  subjectOf: (party: Party) => string;
}

/** Which texts of an event are kept, what kind each is, and which column of the row names it. */
const TEXTS = {
  actor_label: { kind: "label", column: "actor_label_text" },
  ip: { kind: "ip", column: "ip_text" },
  user_agent: { kind: "user_agent", column: "user_agent_text" },
  entity_label: { kind: "label", column: "entity_label_text" },
  reason: { kind: "reason", column: "reason_text" },
} as const satisfies Record<string, { kind: TextKind; column: keyof SealedRow }>;
type TextName = keyof typeof TEXTS;
const textNames = Object.keys(TEXTS) as TextName[];

/** Where what was changed about a person stands: in that event alone. */
export function placeOfChanges(eventId: string): string {
  return `changes ${eventId}`;
}

/** Whose the party's values are; those of nobody known belong together. */
export function subjectOf(party: Party, subjectOfAddress: (address: string) => string): string {
  if (party.person !== undefined) return party.person;
  return party.address === undefined ? NOBODY : subjectOfAddress(party.address);
}

/**
 * Brings an event into the form in which the log holds it for good: without personal values, which are encrypted under
 * their person's key, but with a commitment to each party's; and hashes that as a leaf.
 */
export function sealEvent(event: AuditEvent, sealing: Sealing): SealedEvent {
  const { ip: _ip, user_agent: _userAgent, ...columns } = erasedForm(event);
  const row: SealedRow = {
    ...columns,
    leaf_index: sealing.leafIndex,
    retention_days: sealing.retentionDays,
    sealed_at: sealing.sealedAt,
    leaf_hash: "",
  };
  const texts: NamedText[] = [];
  const commitments: Partial<Record<`${PartyName}_commitment`, string>> = {};
  for (const party of sealing.parties) {
    const subject = sealing.subjectOf(party);
    const key = sealing.keyOf(subject);
    if (!key) continue;
    commitments[`${party.name}_commitment`] = commitmentOf(key.salt(event.id, party.name), party.values).toString(
      "hex",
    );
    for (const name of textNames) {
      const text = party.values[name];
      if (text === undefined || text === null) continue;
      const { kind, column } = TEXTS[name];
      const token = key.token(kind, text);
      row[column] = token;
      texts.push({ token, kind, subject, key, text });
    }
    if (party.values.changes) {
      const sealed = key.seal(JSON.stringify(party.values.changes), placeOfChanges(event.id));
      row.changes_sealed = asBytea(sealed);
    }
  }
  const hash = leafHash(leafBytes({ ...row, ...commitments }));
  for (const [column, hex] of Object.entries(commitments)) row[column as keyof typeof commitments] = `\\x${hex}`;
  row.leaf_hash = asBytea(hash);
  return { row, leafHash: hash, texts };
}
