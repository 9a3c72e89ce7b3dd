import { AsyncLocalStorage } from "node:async_hooks";
import { trace } from "@opentelemetry/api";
import { SystemError, systemErrorOf } from "@supergraph/errors";
import type { Claims, ForwardedIdentity } from "@supergraph/identity";
import { newId, type Database } from "@supergraph/persistence";
import { currentRequest, type Logger } from "@supergraph/service";
import type { AuditActor, AuditDetails, AuditEvent, AuditOutcome } from "./audit-event.js";
import { logLineOf } from "./log-line.js";
import { OutboxRepository } from "./outbox.repository.js";

const SCHEMA_VERSION = 1;
/**
 * Characters of a text that a client may choose. Some are indexed, and a b-tree takes 2,704 bytes: an event that the
 * log can't take would hold up every later one.
 */
const MAXIMUM_TEXT = 512;

/** One thing that somebody tries to do. */
export interface Attempt {
  action: string;
  identity: ForwardedIdentity;
  /** Where in the operation: the response path of the root field. */
  path: string;
  /** What is known before the work begins, e.g. the target that an argument names. */
  details?: AuditDetails;
}

interface Draft {
  readonly attempt: Attempt;
  details: AuditDetails;
  /** Somebody else will write the event, should this attempt fail. */
  failureIsLeft: boolean;
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

  /** Runs `work` as one unit of work, and records how it ended. */
  async attempt<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const draft: Draft = { attempt, details: attempt.details ?? {}, failureIsLeft: false };
    let recorded: AuditEvent | undefined;
    try {
      const result = await this.#drafts.run(draft, () =>
        this.database.unitOfWork(async () => {
          const value = await work();
          recorded = this.#eventOf(attempt, draft.details, "success", null);
          await this.#outbox.insert(recorded);
          return value;
        }),
      );
      if (recorded) this.#logLine(recorded);
      return result;
    } catch (error) {
      if (draft.failureIsLeft) {
        this.#markRecorded(error);
        throw error;
      }
      const reason = systemErrorOf(error)?.reason ?? "UNEXPECTED";
      await this.#recordAlone(this.#eventOf(attempt, draft.details, outcomeOf(error), reason), error);
      throw error;
    }
  }

  /** Records a success that belongs to the current unit of work beside the attempt's own event, e.g. of the system. */
  async record(attempt: Attempt): Promise<void> {
    const event = this.#eventOf(attempt, attempt.details ?? {}, "success", null);
    await this.#outbox.insert(event);
    await this.database.afterCommit(() => {
      this.#logLine(event);
      return Promise.resolve();
    });
  }

  /** Records that a read was refused. */
  async recordDenial(attempt: Attempt, error: SystemError): Promise<void> {
    await this.#recordAlone(this.#eventOf(attempt, attempt.details ?? {}, "denied", error.reason), error);
  }

  async #recordAlone(event: AuditEvent, cause: unknown): Promise<void> {
    try {
      await this.database.independently(() => this.#outbox.insert(event));
    } catch (storing) {
      this.log.error({ err: storing, cause, audit: logLineOf(event) }, "an audit event could not be stored");
      throw new SystemError("SERVICE_OUT_OF_REACH", { cause: storing });
    }
    this.#markRecorded(cause);
    this.#logLine(event);
  }

  #markRecorded(error: unknown): void {
    if (typeof error === "object" && error !== null) this.#recorded.add(error);
  }

  #logLine(event: AuditEvent): void {
    this.log.info({ ...logLineOf(event), kind: "audit" }, event.action);
  }

  #eventOf(attempt: Attempt, details: AuditDetails, outcome: AuditOutcome, reason: string | null): AuditEvent {
    const { caller, request } = attempt.identity;
    const actor = details.actor ?? actorOf(caller);
    const span = trace.getActiveSpan()?.spanContext();
    return {
      // A failure is an event of its own: the id that was named is the success's.
      id: (outcome === "success" ? details.eventId : undefined) ?? newId(),
      occurred_at: new Date().toISOString(),
      service: this.service,
      action: attempt.action.slice(0, MAXIMUM_TEXT),
      outcome,
      reason: reason ?? details.reason ?? null,
      user_id: actor.id ?? null,
      actor_type: actor.type,
      actor_label: bounded(actor.label),
      impersonator_id: actor.impersonatorId ?? null,
      entity_id: bounded(details.target?.id),
      entity_type: details.target?.type ?? null,
      entity_label: bounded(details.target?.label),
      entity_version: details.target?.version ?? null,
      // What was not committed did not change.
      changes: outcome === "success" ? (details.changes ?? []) : [],
      metadata: metadataOf(caller, details),
      request_id: currentRequest()?.requestId ?? null,
      trace_id: span?.traceId ?? null,
      span_id: span?.spanId ?? null,
      session_id: actor.sessionId ?? null,
      ip: request.ip ?? null,
      user_agent: bounded(request.userAgent),
      operation_name: bounded(request.operationName),
      path: attempt.path.slice(0, MAXIMUM_TEXT),
      schema_version: SCHEMA_VERSION,
    };
  }
}

function bounded(text: string | undefined): string | null {
  return text?.slice(0, MAXIMUM_TEXT) ?? null;
}

function merged(earlier: AuditDetails, later: AuditDetails): AuditDetails {
  return {
    ...earlier,
    ...later,
    changes: [...(earlier.changes ?? []), ...(later.changes ?? [])],
    ...((earlier.metadata ?? later.metadata) && { metadata: { ...earlier.metadata, ...later.metadata } }),
  };
}

function actorOf(caller: Claims | undefined): AuditActor {
  if (!caller) return { type: "anonymous" };
  if (caller.client === "service") {
    // Not under `id`, which is a person's: of a service account, too, `sub` is what auditors know it by.
    return { type: "service", label: caller.sub, ...(caller.sid !== undefined && { sessionId: caller.sid }) };
  }
  return {
    type: caller.client,
    id: caller.sub,
    ...(caller.email !== undefined && { label: caller.email }),
    ...(caller.act && { impersonatorId: caller.act.sub }),
    ...(caller.sid !== undefined && { sessionId: caller.sid }),
  };
}

/** An API key acts for its owner, who is the actor: the event says with which key. */
function metadataOf(caller: Claims | undefined, { metadata }: AuditDetails): Record<string, unknown> | null {
  return caller?.keyId === undefined ? (metadata ?? null) : { ...metadata, apiKeyId: caller.keyId };
}

function outcomeOf(error: unknown): AuditOutcome {
  const known = systemErrorOf(error);
  return known?.code === "FORBIDDEN" || known?.reason === "SIGN_IN_REQUIRED" ? "denied" : "failure";
}
