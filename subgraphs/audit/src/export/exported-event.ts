import { partiesOf, type AuditEvent, type Party, type PartyName, type PersonalValues } from "@supergraph/audit-trail";
import type { PersonKey } from "../personal/person-key.js";
import type { PersonKeys } from "../personal/person-keys.js";
import type { PersonalReader, SealedTexts } from "../personal/personal-reader.js";
import type { PersonalValueRepository } from "../personal/personal-value.repository.js";
import { subjectOf } from "../sequencer/sealed-event.js";

/** A sealed event as `EXPORTED_COLUMNS` selects it: times are text with microseconds, as in its leaf. */
export interface ExportedRow extends Omit<AuditEvent, "ip" | "user_agent">, SealedTexts {
  /** A bigint, as text. */
  leaf_index: string;
  leaf_hash: Buffer;
  sealed_at: string;
  actor_commitment: Buffer | null;
  impersonator_commitment: Buffer | null;
  target_commitment: Buffer | null;
}

/** A party's values and what they were salted with: they prove themselves against the party's commitment. */
export interface CommittedValues {
  /** Hexadecimal. */
  salt: string;
  values: PersonalValues;
}

/** An event as a line of an export holds it. Hashes, commitments and salts are lower-case hexadecimal. */
export interface ExportedEvent extends AuditEvent {
  leaf_index: number;
  leaf_hash: string;
  sealed_at: string;
  actor_commitment: string | null;
  impersonator_commitment: string | null;
  target_commitment: string | null;
  personal: Partial<Record<PartyName, CommittedValues>>;
}

export interface EventExporterParts {
  reader: PersonalReader;
  values: PersonalValueRepository;
  keys: PersonKeys;
  subjectOfAddress: (address: string) => string;
}

/** Brings sealed events into the form in which they leave the log. */
export class EventExporter {
  constructor(private readonly parts: EventExporterParts) {}

  /** The events in the same order, with the personal values that are still there: each of those can be proven. */
  async reveal(rows: readonly ExportedRow[]): Promise<ExportedEvent[]> {
    // Texts first: a person who is erased in between has no key then, and shows no value that can't be proven.
    const erased = rows.map((row): ExportedRow & AuditEvent => ({ ...row, ip: null, user_agent: null }));
    const revealed = await this.parts.reader.reveal(erased);
    const parties = revealed.map((event, index) => this.#committedParties(event, rows[index] as ExportedRow));
    const keys = await this.#keysOf(parties.flat().map(({ subject }) => subject));
    return rows.map((row, index) => withValues(row, parties[index] ?? [], keys));
  }

  /** The parties that the event has a commitment to, and that could be told whose they are. */
  #committedParties(event: AuditEvent, row: ExportedRow): SubjectParty[] {
    return partiesOf(event).flatMap((party) => {
      if (row[`${party.name}_commitment`] === null) return [];
      // Known by an address alone, which is gone: so is the key.
      if (party.name === "actor" && row.actor_label_text !== null && event.actor_label === null) return [];
      return { ...party, subject: subjectOf(party, this.parts.subjectOfAddress) };
    });
  }

  async #keysOf(subjects: readonly string[]): Promise<ReadonlyMap<string, PersonKey>> {
    if (subjects.length === 0) return new Map();
    const rows = await this.parts.values.keysOf([...new Set(subjects)]);
    return new Map(rows.map((row) => [row.subject_id, this.parts.keys.open(row)]));
  }
}

/** The event in its erased form, as its leaf has it. What was personal is committed to, and not there. */
export function withoutValues(row: ExportedRow): ExportedEvent {
  return withValues(row, [], new Map());
}

interface SubjectParty extends Party {
  subject: string;
}

function withValues(
  row: ExportedRow,
  parties: readonly SubjectParty[],
  keys: ReadonlyMap<string, PersonKey>,
): ExportedEvent {
  const event: ExportedEvent = {
    ...erasedColumns(row),
    leaf_index: Number(row.leaf_index),
    leaf_hash: row.leaf_hash.toString("hex"),
    sealed_at: row.sealed_at,
    actor_commitment: inHex(row.actor_commitment),
    impersonator_commitment: inHex(row.impersonator_commitment),
    target_commitment: inHex(row.target_commitment),
    personal: {},
  };
  for (const { name, subject, values } of parties) {
    const key = keys.get(subject);
    if (!key) continue;
    Object.assign(event, values);
    event.personal[name] = { salt: key.salt(row.id, name).toString("hex"), values };
  }
  return event;
}

function inHex(bytes: Buffer | null): string | null {
  return bytes && bytes.toString("hex");
}

/** Under the names and in the order of the log line. */
function erasedColumns(row: ExportedRow): AuditEvent {
  return {
    id: row.id,
    occurred_at: row.occurred_at,
    service: row.service,
    action: row.action,
    outcome: row.outcome,
    reason: row.reason,
    user_id: row.user_id,
    actor_type: row.actor_type,
    actor_label: row.actor_label,
    impersonator_id: row.impersonator_id,
    entity_id: row.entity_id,
    entity_type: row.entity_type,
    entity_label: row.entity_label,
    entity_version: row.entity_version,
    changes: row.changes,
    metadata: row.metadata,
    request_id: row.request_id,
    trace_id: row.trace_id,
    span_id: row.span_id,
    session_id: row.session_id,
    ip: null,
    user_agent: null,
    operation_name: row.operation_name,
    path: row.path,
    schema_version: row.schema_version,
  };
}
