import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { SystemError } from "@supergraph/errors";
import type { Composition, SubgraphSdl } from "./compose-supergraph.js";
import type { CompositionJob, CompositionReply } from "./worker.js";

export interface Composer {
  /**
   * Composes off the event loop; jobs run one after another, in the order they were asked for.
   * Rejects with SERVICE_OUT_OF_REACH when the worker dies or the composer is closed meanwhile; asking again is safe.
   */
  compose(subgraphs: readonly SubgraphSdl[]): Promise<Composition>;
  /** Ends the worker; what is still waiting is rejected. */
  close(): Promise<void>;
}

/** A composer whose worker thread starts with the first job, stays warm, and is replaced by the next job if it dies. */
export function createComposer(): Composer {
  let thread: CompositionThread | undefined;
  let closed = false;
  return {
    compose(subgraphs) {
      if (closed) return Promise.reject(interrupted(new Error("The composer is closed.")));
      thread ??= new CompositionThread((ended) => {
        if (thread === ended) thread = undefined;
      });
      return thread.compose(subgraphs);
    },
    async close() {
      closed = true;
      await thread?.end();
    },
  };
}

class CompositionThread {
  // The process's own flags would start its telemetry in the thread a second time.
  readonly #worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { execArgv: [] });
  readonly #waiting = new Map<number, PromiseWithResolvers<Composition>>();
  #lastId = 0;

  constructor(onEnd: (thread: CompositionThread) => void) {
    const end = (cause: Error) => {
      onEnd(this);
      for (const job of this.#waiting.values()) job.reject(interrupted(cause));
      this.#waiting.clear();
    };
    this.#worker.unref();
    this.#worker.on("message", (reply: CompositionReply) => this.#settle(reply));
    this.#worker.on("error", (error) => end(new Error("The composition worker failed.", { cause: error })));
    this.#worker.on("exit", (code) => end(new Error(`The composition worker ended with exit code ${code}.`)));
  }

  compose(subgraphs: readonly SubgraphSdl[]): Promise<Composition> {
    const job: CompositionJob = { id: ++this.#lastId, subgraphs: [...subgraphs] };
    const result = Promise.withResolvers<Composition>();
    this.#waiting.set(job.id, result);
    this.#worker.ref();
    this.#worker.postMessage(job);
    return result.promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: CompositionReply): void {
    const job = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    // An idle worker must not keep the process alive.
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("composition" in reply) job?.resolve(reply.composition);
    else job?.reject(reply.failure);
  }
}

function interrupted(cause: Error): SystemError {
  return new SystemError("SERVICE_OUT_OF_REACH", { cause });
}
