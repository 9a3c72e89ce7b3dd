import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError, systemErrorOf, type ErrorCode } from "@supergraph/errors";
import { newId, type Database } from "@supergraph/persistence";
import type { Logger } from "@supergraph/service";
import { asAsked, whereAsked } from "./as-asked.js";
import { IntentRepository, type IntentRow } from "./intent.repository.js";

/** By then a process that lives has locked the intent that it recorded. */
const UNTAKEN_AFTER_SECONDS = 3;
/** Answers that would be the same the next time: nothing was done, and nothing is to be done. */
const REFUSALS = new Set<ErrorCode>(["BAD_USER_INPUT", "CONFLICT", "FORBIDDEN", "NOT_FOUND"]);

/**
 * Mutations that change two services, so that all of it holds in both or none, whatever dies in between
 * (docs/adr/0013). What is asked for is recorded first, committed on its own. The mutation's unit of work then locks
 * that intent, carries it out by steps that may be repeated, and deletes it with its own commit. An intent that nobody
 * has locked belongs to a process that died: `finishAbandoned` completes or undoes it.
 */
export class Intents {
  readonly #intents: IntentRepository;
  readonly #finish = new Map<string, (intent: IntentRow) => Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
    private readonly log: Logger,
  ) {
    this.#intents = new IntentRepository(database);
  }

  /**
   * A kind of intent that is completed once it is begun, unless `steps` refuse it; they run under its lock, in the unit
   * of work of an attempt. An attempt that fails otherwise leaves no event: who completes it later writes the one,
   * under the name, request id and trace of who asked. Returns how to begin one.
   */
  completing<Payload, Result>(
    kind: string,
    steps: (userId: string, payload: Payload) => Promise<Result>,
  ): (userId: string, payload: Payload) => Promise<Result> {
    const carryOut = (intent: IntentRow) => steps(intent.user_id, intent.payload as Payload);
    this.#finish.set(kind, async (intent) => {
      await this.audit.attempt(intent.attempt, async () => {
        this.audit.leaveFailure(true);
        await this.#complete(intent, await this.#intents.lockUnlessTaken(intent.id), carryOut);
      });
      this.log.warn({ intent: kind, of_user_id: intent.user_id }, "completed what a process left half done");
    });
    return async (userId, payload) => {
      const intent = await this.#begin(kind, userId, payload);
      this.audit.leaveFailure(true);
      return this.#complete(intent, await this.#intents.lock(intent.id), carryOut);
    };
  }

  /**
   * A kind of intent of which nothing stays unless its unit of work commits: `undo` takes back, again and again if need
   * be, what other services did. Returns how to begin one.
   */
  undoing(
    kind: string,
    undo: (userId: string) => Promise<void>,
  ): <Result>(userId: string, steps: () => Promise<Result>) => Promise<Result> {
    const undoUnlessTaken = (intent: IntentRow) =>
      this.database.independently(async () => {
        if (!(await this.#intents.lockUnlessTaken(intent.id))) return;
        await undo(intent.user_id);
        await this.#intents.delete(intent.id);
        this.log.warn({ intent: kind, of_user_id: intent.user_id }, "undid what could not be completed");
      });
    this.#finish.set(kind, undoUnlessTaken);
    return async (userId, steps) => {
      const intent = await this.#begin(kind, userId, {});
      this.database.afterRollback(() => undoUnlessTaken(intent).catch((error: unknown) => this.#leave(intent, error)));
      if (!(await this.#intents.lock(intent.id))) throw new SystemError("TOOK_TOO_LONG");
      const result = await steps();
      await this.#intents.delete(intent.id);
      return result;
    };
  }

  /** Completes or undoes what dead processes left. Runs again and again, in every replica. */
  async finishAbandoned(): Promise<void> {
    for (const intent of await this.#intents.findUntaken(UNTAKEN_AFTER_SECONDS)) {
      const finish = this.#finish.get(intent.kind);
      if (!finish) this.log.error({ intent: intent.kind }, "nobody knows how to finish this kind of intent");
      await asAsked(intent, async () => finish?.(intent)).catch((error: unknown) => this.#leave(intent, error));
    }
  }

  async #begin(kind: string, userId: string, payload: unknown): Promise<IntentRow> {
    const attempt = this.audit.current;
    if (!attempt) throw new Error(`An intent to ${kind} is recorded in the attempt whose event it will leave`);
    const intent = { id: newId(), kind, user_id: userId, payload, attempt, ...whereAsked() };
    await this.database.independently(() => this.#intents.insert(intent));
    return intent;
  }

  async #complete<Result>(
    intent: IntentRow,
    isLocked: boolean,
    carryOut: (intent: IntentRow) => Promise<Result>,
  ): Promise<Result> {
    if (!isLocked) throw new SystemError("TOOK_TOO_LONG");
    try {
      const result = await carryOut(intent);
      await this.#intents.delete(intent.id);
      return result;
    } catch (error) {
      const code = systemErrorOf(error)?.code;
      if (code && REFUSALS.has(code)) {
        this.audit.leaveFailure(false);
        this.database.afterRollback(() =>
          this.#intents.delete(intent.id).catch((fault: unknown) => this.#leave(intent, fault)),
        );
      }
      throw code === "SERVICE_UNAVAILABLE" || code === "TIMEOUT" ? toBeCompleted(error) : error;
    }
  }

  #leave({ kind, user_id }: IntentRow, error: unknown): void {
    this.log.warn({ err: error, intent: kind, of_user_id: user_id }, "an intent will be finished later");
  }
}

/** Says what becomes of a change that was begun, when a part of the system that it needs does not answer. */
function toBeCompleted(cause: unknown): SystemError {
  const message = "A part of the system that this needs is out of reach. It has been begun, and will be completed.";
  return new SystemError(systemErrorOf(cause)?.reason ?? "SERVICE_OUT_OF_REACH", { message, cause });
}
