import type { AuditChange } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import { toAuditEvent } from "../audit-event/audit-event.mapper.js";
import type { AuditEvent } from "../audit-event/audit-event.type.js";
import type { LegalHoldRepository } from "../legal-hold/legal-hold.repository.js";
import { placeOfText } from "../personal/kept-texts.js";
import type { PersonKeys } from "../personal/person-keys.js";
import type { PersonalReader } from "../personal/personal-reader.js";
import type { PersonalValueRepository } from "../personal/personal-value.repository.js";
import { placeOfChanges } from "../sequencer/sealed-event.js";
import type { Sealer } from "../sequencer/sealer.js";
import type { PersonRepository } from "./person.repository.js";

/** An answer holds them whole in memory, here and where it is read. */
const MAXIMUM_EVENTS = 5_000;
const BEFORE_THE_FIRST = "-1";

export interface PersonEvents {
  events: AuditEvent[];
  /** Goes on after these: `after` of the next call. Null when these were the last. */
  next: string | null;
}

export interface PersonServiceParts {
  database: Database;
  sealer: Sealer;
  holds: LegalHoldRepository;
  people: PersonRepository;
  values: PersonalValueRepository;
  keys: PersonKeys;
  reader: PersonalReader;
  subjectOfAddress: (address: string) => string;
}

/** A person's rights in the log: to be told what it holds of them, and to have it erased. */
export class PersonService {
  constructor(private readonly parts: PersonServiceParts) {}

  /**
   * Erases a person's values from the log, for good, by destroying their key; may be repeated. Events that still wait
   * are sealed first, so that nothing of the person is left in an outbox, and what their addresses were is known.
   * @throws SystemError LEGAL_HOLD
   */
  async erase(id: string, emails: readonly string[]): Promise<void> {
    const { database, sealer, holds, people, subjectOfAddress } = this.parts;
    await database.unitOfWork(async () => {
      await sealer.sealAll();
      await holds.lock();
      await this.requireNoHold(id);
      const addresses = [...emails, ...(await this.#addressesOf(id))];
      await people.erase([...new Set([id, ...addresses.map(subjectOfAddress)])]);
    });
  }

  /** @throws SystemError LEGAL_HOLD while somebody claims that what there is of the person must be kept */
  async requireNoHold(id: string): Promise<void> {
    if (await this.parts.holds.isOnHold(id)) throw new SystemError("LEGAL_HOLD");
  }

  /** What the person did and what concerns them, oldest first, with the person's own values alone; 5,000 at most. */
  async eventsOf(id: string, after: string = BEFORE_THE_FIRST): Promise<PersonEvents> {
    const { sealer, people, reader } = this.parts;
    await sealer.sealAll();
    const rows = await people.eventsOf(id, after, MAXIMUM_EVENTS + 1);
    const events = (await reader.reveal(rows.slice(0, MAXIMUM_EVENTS), id)).map(toAuditEvent);
    return { events, next: rows.length > events.length ? (events.at(-1)?.leafIndex ?? null) : null };
  }

  /** Addresses among the person's own values: their labels, and what their e-mail was and became. */
  async #addressesOf(id: string): Promise<string[]> {
    const { people, values, keys } = this.parts;
    const labels = (await values.labelsOf(id)).map((row) => keys.open(row).open(row.sealed, placeOfText(row.token)));
    const [key] = (await values.keysOf([id])).map((row) => keys.open(row));
    const changed = key ? await people.changedAddressesOf(id) : [];
    const changes = changed.flatMap((event) => {
      const text = key?.open(event.changes_sealed, placeOfChanges(event.id)) ?? "[]";
      return (JSON.parse(text) as AuditChange[]).filter(({ field }) => /email/i.test(field));
    });
    const texts = [...labels, ...changes.flatMap(({ before, after }) => [before, after])];
    return texts.filter((text): text is string => typeof text === "string" && text.includes("@"));
  }
}
