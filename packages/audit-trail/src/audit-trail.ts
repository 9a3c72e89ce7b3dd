import { AsyncLocalStorage } from "node:async_hooks";
import { SystemError, type Reason } from "@supergraph/errors";
import type { Database, IdentifiedUnit } from "@supergraph/persistence";
import type { Logger } from "@supergraph/service";
import { endingOf, eventOf, type Attempt, type Ending } from "./attempt.js";
import type { AuditDetails, AuditEvent } from "./audit-event.js";
import { logLineOf } from "./log-line.js";
import { OutboxRepository } from "./outbox.repository.js";

interface Draft {
  readonly attempt: Attempt;
  details: AuditDetails;
  /** Somebody else will write the event, should this attempt fail. */
  failureIsLeft: boolean;
  /** There will be no event. */
  isOmitted: boolean;
  /** The unit of work in which it stands or falls. */
  unit?: IdentifiedUnit | undefined;
  /** The success, which that unit commits with. */
  success?: AuditEvent;
}

const SUCCESS: Ending = { outcome: "success", reason: null };

const draftOf = (attempt: Attempt): Draft => ({
  attempt,
  details: attempt.details ?? {},
  failureIsLeft: false,
  isOmitted: false,
});

/** The event of what somebody tried can't be stored: they are told that it did not succeed. */
export class EventNotStored extends SystemError {
  constructor(cause: unknown) {
    super("SERVICE_OUT_OF_REACH", { cause });
  }
}

/**
 * Writes exactly one event for each attempt: a success in the change's own transaction, a denial or failure in one of
 * its own after the rollback. When the event can't be stored, the attempt fails.
 */
export class AuditTrail {
  readonly #drafts = new AsyncLocalStorage<Draft>();
  readonly #recorded = new WeakSet<object>();
  readonly #outbox: OutboxRepository;

  constructor(
    private readonly service: string,
    private readonly database: Database,
    private readonly log: Logger,
  ) {
    this.#outbox = new OutboxRepository(database);
  }

  /** Whether the running code is inside an attempt, whose event will say how it ended. */
  get isRecording(): boolean {
    return this.#drafts.getStore() !== undefined;
  }

  /** Whether an event speaks of this error already. */
  hasRecorded(error: object): boolean {
    return this.#recorded.has(error);
  }

  /** Adds to the event of the attempt that the running code is part of. */
  describe(details: AuditDetails): void {
    const draft = this.#drafts.getStore();
    if (draft) draft.details = merged(draft.details, details);
  }

  /** The attempt that the running code is part of, with all that is known of it by now. */
  get current(): Attempt | undefined {
    const draft = this.#drafts.getStore();
    return draft && { ...draft.attempt, details: draft.details };
  }

  /**
   * Says whether the running attempt, should it fail, leaves no event: what it began will be finished by somebody else,
   * who writes the one event of how it ended.
   */
  leaveFailure(isLeft: boolean): void {
    const draft = this.#drafts.getStore();
    if (draft) draft.failureIsLeft = isLeft;
  }

  /** Says that the running attempt leaves no event, however it ends: a read of which the log keeps nothing. */
  omit(): void {
    const draft = this.#drafts.getStore();
    if (draft) draft.isOmitted = true;
  }

  /** Runs `work` as one unit of work, and records how it ended, a success in that unit. */
  async attempt<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const draft = draftOf(attempt);
    try {
      const result = await this.#drafts.run(draft, () =>
        this.database.unitOfWork(async () => {
          draft.unit = this.database.identifyUnit();
          const value = await work();
          if (!draft.isOmitted) await this.#recordSuccess(draft);
          return value;
        }),
      );
      if (draft.success) this.#logLine(draft.success);
      return result;
    } catch (error) {
      if (!draft.isOmitted) await this.#recordFailure(draft, error);
      throw error;
    }
  }

  /**
   * Runs `work`, which changes nothing, and records how it ended before anybody has its result: not in its transaction,
   * which others would share whose reads are batched with it, and which would be over when a total is asked for.
   */
  async read<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const draft = draftOf(attempt);
    let result: T;
    try {
      result = await this.#drafts.run(draft, work);
    } catch (error) {
      if (!draft.isOmitted) await this.#recordFailure(draft, error);
      throw error;
    }
    if (!draft.isOmitted) await this.#store([eventOf(this.service, attempt, draft.details, SUCCESS)], undefined);
    return result;
  }

  async #recordSuccess(draft: Draft): Promise<void> {
    draft.success = eventOf(this.service, draft.attempt, draft.details, SUCCESS);
    await this.#outbox.insertWithCommit(draft.success);
  }

  async #recordFailure(draft: Draft, error: unknown): Promise<void> {
    const { attempt, details, success, failureIsLeft } = draft;
    if (failureIsLeft) return this.#markRecorded(error);
    if (success && (await this.#hasCommitted(draft.unit, error))) {
      // What failed came after the change: that stands, and its success is what there is to tell.
      this.#logLine(success);
      return this.#markRecorded(error);
    }
    await this.#recordAlone(eventOf(this.service, attempt, details, endingOf(error)), error);
  }

  async #hasCommitted(unit: IdentifiedUnit | undefined, cause: unknown): Promise<boolean> {
    const id = await unit?.id?.catch(() => undefined);
    // No COMMIT is sent without it.
    if (id === undefined) return false;
    try {
      return await this.#outbox.isCommitted(id);
    } catch (asking) {
      this.log.error({ err: asking, cause }, "whether a change was committed could not be found out");
      throw new EventNotStored(asking);
    }
  }

  /** Records a success that belongs to the current unit of work beside the attempt's own event, e.g. of the system. */
  async record(attempt: Attempt): Promise<void> {
    const event = this.#eventOf(attempt, SUCCESS);
    await this.#outbox.insert(event);
    await this.database.afterCommit(() => {
      this.#logLine(event);
      return Promise.resolve();
    });
  }

  /** Records that a read was refused. */
  async recordDenial(attempt: Attempt, error: SystemError): Promise<void> {
    await this.#recordAlone(this.#eventOf(attempt, { outcome: "denied", reason: error.reason }), error);
  }

  /** Records attempts that failed before they were begun: what was asked for could not be understood. */
  async recordFailures(attempts: readonly Attempt[], reason: Reason): Promise<void> {
    const events = attempts.map((attempt) => this.#eventOf(attempt, { outcome: "failure", reason }));
    await this.#store(events, reason);
  }

  async #recordAlone(event: AuditEvent, cause: unknown): Promise<void> {
    await this.#store([event], cause);
    this.#markRecorded(cause);
  }

  /** In a transaction of their own. @throws EventNotStored */
  async #store(events: readonly AuditEvent[], cause: unknown): Promise<void> {
    try {
      const [event, ...others] = events;
      // One statement is a transaction by itself.
      if (event && others.length === 0) await this.database.runApart(() => this.#outbox.insert(event));
      else
        await this.database.independently(async () => {
          for (const each of events) await this.#outbox.insert(each);
        });
    } catch (storing) {
      this.log.error({ err: storing, cause, audit: events.map(logLineOf) }, "an audit event could not be stored");
      throw new EventNotStored(storing);
    }
    for (const event of events) this.#logLine(event);
  }

  #eventOf(attempt: Attempt, ending: Ending): AuditEvent {
    return eventOf(this.service, attempt, attempt.details ?? {}, ending);
  }

  #markRecorded(error: unknown): void {
    if (typeof error === "object" && error !== null) this.#recorded.add(error);
  }

  /** Once whoever waits has their answer: the event is stored, and the line a copy of it. */
  #logLine(event: AuditEvent): void {
    setImmediate(() => this.log.info({ ...logLineOf(event), kind: "audit" }, event.action));
  }
}

function merged(earlier: AuditDetails, later: AuditDetails): AuditDetails {
  return {
    ...earlier,
    ...later,
    changes: [...(earlier.changes ?? []), ...(later.changes ?? [])],
    ...((earlier.metadata ?? later.metadata) && { metadata: { ...earlier.metadata, ...later.metadata } }),
  };
}
