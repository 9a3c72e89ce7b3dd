import type { Database } from "@supergraph/persistence";
import { toAuditEvent } from "../audit-event/audit-event.mapper.js";
import type { AuditEvent } from "../audit-event/audit-event.type.js";
import type { SequencerRepository } from "../sequencer/sequencer.repository.js";
import type { PersonRepository } from "./person.repository.js";

/** An answer holds them whole in memory, here and where it is read. */
const MAXIMUM_EVENTS = 5_000;
const BEFORE_THE_FIRST = "-1";

export interface PersonEvents {
  events: AuditEvent[];
  /** Goes on after these: `after` of the next call. Null when these were the last. */
  next: string | null;
}

/** A person's rights in the log: to be told what it holds of them, and to have it erased. */
export class PersonService {
  constructor(
    private readonly database: Database,
    private readonly sequencer: SequencerRepository,
    private readonly people: PersonRepository,
  ) {}

  /**
   * Erases a person's values from the log, for good; may be repeated. Events that still wait are sealed first, so that
   * nothing of the person is left in an outbox, and what their addresses were is known.
   */
  async erase(id: string, emails: readonly string[]): Promise<void> {
    await this.database.unitOfWork(async () => {
      await this.sequencer.sealAll();
      await this.people.erase(id, emails);
    });
  }

  /** What the person did and what concerns them, oldest first, with the person's own values alone; 5,000 at most. */
  async eventsOf(id: string, after: string = BEFORE_THE_FIRST): Promise<PersonEvents> {
    await this.sequencer.sealAll();
    const rows = await this.people.eventsOf(id, after, MAXIMUM_EVENTS + 1);
    const events = rows.slice(0, MAXIMUM_EVENTS).map(toAuditEvent);
    return { events, next: rows.length > events.length ? (events.at(-1)?.leafIndex ?? null) : null };
  }
}
