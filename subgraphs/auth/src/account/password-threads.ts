import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { SystemError } from "@supergraph/errors";
import type { PasswordJob, PasswordReply, PasswordResult } from "./password-thread.js";

/** How long the last in the queue may wait, by what jobs have taken so far. */
const MAXIMUM_WAIT_MS = 10_000;
/** May wait however slow the machine is: a few people at once are no storm. */
const ALWAYS_WAITING = 40;
/** What a job is taken to need before one was measured. */
const FIRST_JOB_MS = 250;
const WEIGHT_OF_THE_LAST = 0.2;

/**
 * Threads of low priority for what keeps a core busy: a storm of sign-ins leaves the event loop, libuv's threads (files,
 * DNS) and the other cores to the rest. Jobs run in the order they were asked for; beyond a bounded queue they are
 * refused.
 */
export class PasswordThreads {
  readonly #idle: PasswordThread[] = [];
  readonly #waiting: ((thread: PasswordThread) => void)[] = [];
  #threads = 0;
  #meanMs = FIRST_JOB_MS;

  constructor(private readonly maximum: number) {}

  /** @throws SystemError TOO_BUSY, with retryAfterSeconds, when the queue is full; SERVICE_OUT_OF_REACH when the thread dies */
  async run<Job extends PasswordJob>(job: Job): Promise<PasswordResult[Job["kind"]]> {
    this.assertRoom();
    const thread = await this.#freeThread();
    const began = performance.now();
    try {
      return (await thread.run(job)) as PasswordResult[Job["kind"]];
    } finally {
      this.#meanMs += WEIGHT_OF_THE_LAST * (performance.now() - began - this.#meanMs);
      this.#release(thread);
    }
  }

  /** Lets pass while the queue is not full. @throws SystemError TOO_BUSY, with retryAfterSeconds */
  assertRoom(): void {
    const waitMs = (this.#waiting.length * this.#meanMs) / this.maximum;
    if (this.#waiting.length < ALWAYS_WAITING || waitMs < MAXIMUM_WAIT_MS) return;
    throw new SystemError("TOO_BUSY", { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
  }

  #freeThread(): PasswordThread | Promise<PasswordThread> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.isDead) return idle;
      this.#threads--;
    }
    if (this.#threads >= this.maximum) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#threads++;
    return new PasswordThread();
  }

  #release(thread: PasswordThread): void {
    const next = this.#waiting.shift();
    if (next) next(thread.isDead ? new PasswordThread() : thread);
    else if (thread.isDead) this.#threads--;
    else this.#idle.push(thread);
  }
}

/** One thread, one job at a time. It keeps the process alive only while it works. */
class PasswordThread {
  // The process's own flags would start its telemetry in the thread a second time.
  readonly #worker = new Worker(new URL(`./password-thread${extname(import.meta.url)}`, import.meta.url), {
    execArgv: [],
  });
  #job: PromiseWithResolvers<unknown> | undefined;
  isDead = false;

  constructor() {
    const end = (cause: Error) => {
      this.isDead = true;
      this.#job?.reject(new SystemError("SERVICE_OUT_OF_REACH", { cause }));
    };
    this.#worker.unref();
    this.#worker.on("message", (reply: PasswordReply) => {
      this.#worker.unref();
      if ("result" in reply) this.#job?.resolve(reply.result);
      else this.#job?.reject(reply.failure);
    });
    this.#worker.on("error", (error) => {
      end(new Error("A thread for passwords failed.", { cause: error }));
    });
    this.#worker.on("exit", (code) => {
      end(new Error(`A thread for passwords ended with exit code ${code}.`));
    });
  }

  run(job: PasswordJob): Promise<unknown> {
    this.#job = Promise.withResolvers();
    this.#worker.ref();
    this.#worker.postMessage(job);
    return this.#job.promise;
  }
}
