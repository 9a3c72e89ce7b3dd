import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "@supergraph/service";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { Witness } from "./witness.js";

export interface Pauses {
  firstMs: number;
  longestMs: number;
  /** How long what is under way may still take when the service stops. */
  lastMs: number;
}

const PAUSES: Pauses = { firstMs: 1_000, longestMs: 300_000, lastMs: 2_000 };

/**
 * Hands checkpoints to one witness, the newest each time: one that is slow or away gets fewer of them, and keeps nobody
 * waiting. What it did not take is offered again, after pauses that grow.
 */
export class Handover {
  readonly #stopping = new AbortController();
  readonly #cancelling = new AbortController();
  #newest: CheckpointRow | undefined;
  #taken: CheckpointRow | undefined;
  #wake = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #pauseMs;

  constructor(
    private readonly witness: Witness,
    private readonly log: Logger,
    private readonly pauses = PAUSES,
  ) {
    this.#pauseMs = pauses.firstMs;
  }

  get name(): string {
    return this.witness.name;
  }

  /** How many leaves of the newest checkpoint the witness hasn't seen a checkpoint of. */
  get behind(): number {
    return Number(this.#newest?.tree_size ?? 0) - Number(this.#taken?.tree_size ?? 0);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  offer(checkpoint: CheckpointRow): void {
    this.#newest = checkpoint;
    this.#wake.resolve();
  }

  /** Ends once the newest checkpoint is taken, should that be soon. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.resolve();
    const cancel = setTimeout(() => {
      this.#cancelling.abort();
    }, this.pauses.lastMs);
    await this.#running;
    clearTimeout(cancel);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      const isTaken = await this.#handOver();
      if (signal.aborted && (!isTaken || this.#newest === this.#taken)) return;
      if (!isTaken) await this.#pause();
    }
  }

  async #handOver(): Promise<boolean> {
    const newest = this.#newest;
    if (!newest || newest === this.#taken) return true;
    try {
      await this.witness.take(newest, this.#cancelling.signal);
      this.#taken = newest;
      this.#pauseMs = this.pauses.firstMs;
      return true;
    } catch (error) {
      this.log.error(
        { err: error, witness: this.name, tree_size: Number(newest.tree_size), retry_ms: this.#pauseMs },
        "a witness did not take the checkpoint",
      );
      return false;
    }
  }

  async #pause(): Promise<void> {
    await pause(this.#pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.pauses.longestMs);
    this.#wake.resolve();
  }
}
