import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@supergraph/persistence";
import type { Logger } from "@supergraph/service";
import { useOf } from "../personal/person-keys.js";
import type { WrappingKeys } from "../personal/wrapping-keys.js";
import type { KeyTable, WrappedKeyRepository } from "./wrapped-key.repository.js";

const BATCH = 500;
const PAUSE_MS = 1_000;

export interface KeyRotationParts {
  database: Database;
  stored: WrappedKeyRepository;
  wrapping: WrappingKeys;
}

/**
 * Wraps by the current key what earlier ones have wrapped: people's keys and the service's own, a batch a transaction.
 * It may be killed and begun again, and any number may run side by side. No event is touched: what is encrypted under a
 * key stays as it is.
 */
export class KeyRotation {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly parts: KeyRotationParts,
    private readonly log: Logger,
  ) {}

  /** Goes on in the background, when there are earlier keys. */
  start(): void {
    if (this.parts.wrapping.previous.length > 0) this.#running ??= this.#run();
  }

  /** Resolves once the batch that is under way has been committed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Wraps some keys anew; answers how many. */
  async rewrapSome(table: KeyTable, limit = BATCH): Promise<number> {
    const { database, stored, wrapping } = this.parts;
    return database.unitOfWork(async () => {
      const found = await stored.lockWrappedBy(table, wrapping.previous, limit);
      const changes = found.map((before) => {
        const use = table === "secret" ? before.id : useOf(before.id);
        return { before, after: wrapping.wrap(wrapping.unwrap(before, use), use) };
      });
      if (changes.length > 0) await stored.rewrap(table, changes);
      return changes.length;
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let count = 0; !signal.aborted;) {
      try {
        const some = (await this.rewrapSome("secret")) + (await this.rewrapSome("person_key"));
        count += some;
        if (some > 0) continue;
        if (await this.#isDone()) {
          this.log.info(
            { count },
            "all keys are wrapped by the current one: AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS may go",
          );
          return;
        }
      } catch (error) {
        this.log.error({ err: error, retry_ms: PAUSE_MS }, "keys could not be wrapped anew");
      }
      await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #isDone(): Promise<boolean> {
    const { stored, wrapping } = this.parts;
    return (await stored.wrappingKeys()).every((name) => !wrapping.previous.includes(name));
  }
}
