import { SystemError } from "@supergraph/errors";

/** Lets what shares a key through one at a time, in the order of its coming. */
export class Turns {
  readonly #queues = new Map<string, { waiting: number; last: Promise<unknown> }>();

  constructor(private readonly maximumWaiting: number) {}

  /** @throws SystemError TOO_BUSY when too many wait for this key; else what `work` throws */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (queue.waiting > this.maximumWaiting) throw new SystemError("TOO_BUSY", { retryAfterSeconds: 1 });
    this.#queues.set(key, queue);
    queue.waiting++;
    const turn = queue.last.then(work).finally(() => {
      if (--queue.waiting === 0) this.#queues.delete(key);
    });
    queue.last = turn.catch(() => undefined);
    return turn;
  }
}
